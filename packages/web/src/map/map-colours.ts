/** The colours of the map, which are those of the page. */
export interface MapColours {
  readonly land: string;
  readonly sea: string;
  readonly coast: string;
  readonly label: string;
  readonly crop: string;
  readonly halo: string;
  readonly inside: string;
  readonly cut: string;
  readonly outside: string;
}

const names = ['land', 'sea', 'coast', 'label', 'crop', 'halo', 'inside', 'cut', 'outside'] as const;

/** Reads the colours as they are now, light or dark. A canvas knows nothing of `light-dark()`, so the page resolves them. */
export function readColours(): MapColours {
  const probe = document.createElement('span');
  // Where a system forces its few colours, a map in them would be land and sea of one.
  probe.style.setProperty('forced-color-adjust', 'none');
  document.body.append(probe);
  const colours = names.map((name) => {
    probe.style.color = `var(--map-${name})`;
    return [name, getComputedStyle(probe).color] as const;
  });
  probe.remove();
  return Object.fromEntries(colours) as unknown as MapColours;
}

/** A colour made translucent. */
export function translucent(colour: string, alpha: number): string {
  const [red = '0', green = '0', blue = '0'] = colour.match(/[\d.]+/g) ?? [];
  return `rgba(${red}, ${green}, ${blue}, ${alpha})`;
}
