import type { ComponentChildren, Ref } from "preact";

export interface ButtonProps {
  readonly children: ComponentChildren;
  readonly onPress: () => void;
  /** The pointer or the focus has come: a moment to fetch what pressing will need. */
  readonly onNear?: () => void;
  readonly look?: "primary" | "danger" | "plain" | "subtle" | "link";
  readonly size?: "usual" | "small";
  /** Why it cannot be pressed: the id of the text that says so. It stays focusable and speaks. */
  readonly blockedBy?: string;
  /** A line that says what pressing means. */
  readonly describedBy?: string;
  readonly busy?: boolean;
  readonly label?: string;
  readonly submit?: boolean;
  /** It opens a menu, and whether that is open. */
  readonly menu?: boolean;
  readonly focus?: Ref<HTMLButtonElement>;
}

export function Button(props: ButtonProps) {
  const { look = "plain", size = "usual", blockedBy, busy = false } = props;
  const blocked = blockedBy !== undefined || busy;
  return (
    <button
      ref={props.focus ?? null}
      type={props.submit === true ? "submit" : "button"}
      class={`button button-${look} button-${size}`}
      aria-disabled={blocked ? "true" : undefined}
      aria-describedby={blockedBy ?? props.describedBy}
      aria-busy={busy ? "true" : undefined}
      aria-label={props.label}
      aria-haspopup={props.menu === undefined ? undefined : "menu"}
      aria-expanded={props.menu}
      onPointerEnter={props.onNear}
      onFocus={props.onNear}
      onClick={(event) => {
        if (blocked) event.preventDefault();
        else if (props.submit !== true) props.onPress();
      }}
    >
      {props.children}
    </button>
  );
}
