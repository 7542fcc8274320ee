// The one place that knows where lit-html lies.
export { html, svg, render, nothing } from "/console/lib/lit-html/lit-html.js";
export { repeat } from "/console/lib/lit-html/directives/repeat.js";
import { directive, Directive } from "/console/lib/lit-html/directive.js";

// Places an SVG group. Through the object model, since the policy allows no style attributes.
class At extends Directive {
  update(part, [x, y]) {
    part.element.style.transform = `translate(${x}px, ${y}px)`;
  }
}
export const at = directive(At);
