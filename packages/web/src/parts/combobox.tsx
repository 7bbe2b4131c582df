import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';

/** One choice of a combobox. */
export interface Choice {
  readonly id: string;
  readonly label: string;
  readonly hint?: string;
  readonly isChosen?: boolean;
}

interface ComboboxProps {
  readonly label: string;
  readonly placeholder?: string;
  readonly text: string;
  readonly choices: readonly Choice[];
  /** Said below the list: how many match, or why none does. */
  readonly status: string;
  readonly onText: (text: string) => void;
  readonly onChoose: (id: string) => void;
  readonly onOpen?: () => void;
  /** The focus has gone elsewhere; what was typed and not chosen is nothing. */
  readonly onLeave?: () => void;
  readonly staysOpen?: boolean;
  readonly id?: string;
  readonly describedBy?: string;
}

/** A field with a list of what matches (ARIA 1.2, combobox with listbox popup). */
export function Combobox(props: ComboboxProps): ReactNode {
  const { choices, text } = props;
  const ownId = useId();
  const id = props.id ?? ownId;
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const at = Math.min(active, Math.max(0, choices.length - 1));
  const open = (): void => {
    if (isOpen) return;
    setOpen(true);
    props.onOpen?.();
  };
  const choose = (choice: Choice | undefined): void => {
    if (choice === undefined) return;
    props.onChoose(choice.id);
    if (props.staysOpen !== true) setOpen(false);
  };
  const move = (to: number): void => {
    open();
    setActive(to);
    requestAnimationFrame(() => list.current?.children[to]?.scrollIntoView({ block: 'nearest' }));
  };
  const onKeyDown = keyHandler({
    isOpen,
    at,
    last: choices.length - 1,
    move,
    choose: () => choose(choices[at]),
    close: () => setOpen(false),
  });
  return (
    <div
      className="combobox"
      onBlur={(event) => {
        if (event.currentTarget.contains(event.relatedTarget)) return;
        setOpen(false);
        props.onLeave?.();
      }}
    >
      <label htmlFor={id}>{props.label}</label>
      <input
        id={id}
        type="text"
        role="combobox"
        autoComplete="off"
        spellCheck={false}
        aria-expanded={isOpen}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={isOpen && choices[at] !== undefined ? `${id}-${at}` : undefined}
        aria-describedby={props.describedBy}
        placeholder={props.placeholder}
        value={text}
        onChange={(event) => {
          props.onText(event.target.value);
          setActive(0);
          open();
        }}
        onFocus={(event) => event.target.select()}
        onClick={open}
        onKeyDown={onKeyDown}
      />
      <ComboboxList
        {...{ id, list, isOpen, choices, active: at, choose, label: props.label, status: props.status }}
      />
    </div>
  );
}

/** What keys do: arrows walk through the choices, Enter takes one, Escape closes the list. */
function keyHandler(list: {
  readonly isOpen: boolean;
  readonly at: number;
  readonly last: number;
  readonly move: (to: number) => void;
  readonly choose: () => void;
  readonly close: () => void;
}): (event: KeyboardEvent) => void {
  const { isOpen, at, last } = list;
  return (event) => {
    if (event.key === 'ArrowDown') list.move(isOpen ? Math.min(last, at + 1) : 0);
    else if (event.key === 'ArrowUp') list.move(Math.max(0, at - 1));
    else if (event.key === 'Enter' && isOpen) list.choose();
    else if (event.key === 'Escape' && isOpen) list.close();
    else return;
    event.preventDefault();
  };
}

function ComboboxList(props: {
  readonly id: string;
  readonly list: React.RefObject<HTMLUListElement | null>;
  readonly isOpen: boolean;
  readonly choices: readonly Choice[];
  readonly active: number;
  readonly label: string;
  readonly status: string;
  readonly choose: (choice: Choice) => void;
}): ReactNode {
  const { id, isOpen, choices } = props;
  const popup = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isOpen) popup.current?.scrollIntoView({ block: 'nearest' });
  }, [isOpen]);
  return (
    <div className="combobox-popup" ref={popup} hidden={!isOpen}>
      <ul id={`${id}-list`} role="listbox" aria-label={props.label} ref={props.list} tabIndex={-1}>
        {isOpen &&
          choices.map((choice, at) => (
            <li
              key={choice.id}
              id={`${id}-${at}`}
              role="option"
              aria-selected={choice.isChosen ?? false}
              className={at === props.active ? 'option option-active' : 'option'}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => props.choose(choice)}
            >
              <span className="option-label">{choice.label}</span>
              {choice.hint !== undefined && <span className="option-hint">{choice.hint}</span>}
            </li>
          ))}
      </ul>
      <p className="combobox-status" role="status">
        {isOpen ? props.status : ''}
      </p>
    </div>
  );
}
