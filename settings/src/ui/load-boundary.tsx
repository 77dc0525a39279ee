import { Component, type ReactNode } from "react";

/** Keeps a part that cannot be loaded, as when its reader is offline, from taking the whole page with it. */
export class LoadBoundary extends Component<
  { readonly children: ReactNode; readonly failed: ReactNode },
  { readonly hasFailed: boolean }
> {
  override state = { hasFailed: false };

  static getDerivedStateFromError(): { readonly hasFailed: boolean } {
    return { hasFailed: true };
  }

  override render(): ReactNode {
    return this.state.hasFailed ? this.props.failed : this.props.children;
  }
}
