import { Component } from "react";

/** Shows something else instead of what cannot be drawn, so that no answer of a server breaks the page. */
export class Fallback extends Component<
  { readonly instead: React.ReactNode; readonly children: React.ReactNode },
  { readonly isBroken: boolean }
> {
  override state = { isBroken: false };

  static getDerivedStateFromError() {
    return { isBroken: true };
  }

  override render() {
    return this.state.isBroken ? this.props.instead : this.props.children;
  }
}
