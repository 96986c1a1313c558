import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./Icon";

interface BannerProps {
  readonly tone: "info" | "warning" | "danger" | "success";
  readonly title?: string;
  readonly children: ComponentChildren;
  /** Buttons at its end. */
  readonly actions?: ComponentChildren;
  readonly kind?: string;
}

const ICONS: Record<BannerProps["tone"], IconName> = { info: "info", warning: "warning", danger: "warning", success: "check" };

export function Banner({ tone, title, children, actions, kind }: BannerProps) {
  return (
    <section class={`banner banner-${tone}`} data-kind={kind} aria-label={title}>
      <span class="banner-icon"><Icon name={ICONS[tone]} /></span>
      <div class="banner-text">
        {title !== undefined && <strong class="banner-title">{title}</strong>}
        <div>{children}</div>
        {actions !== undefined && <div class="actions">{actions}</div>}
      </div>
    </section>
  );
}
