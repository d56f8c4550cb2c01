// The look. A rule a line, of which the ends are not sent; older browsers do without gaps. What comes first among rules
// and in them is, where it is all the same, what gzip makes the least of.
import { make } from './dom.js';

const DARK = `\
--i:var(--cxd-ink,#eef);--p:var(--cxd-paper,#223);\
--a:var(--cxd-accent,#8bf);--o:var(--cxd-on-accent,#223);color-scheme:dark`;

const SHEET = `\
:host{all:initial;--i:var(--cxd-ink,#223);--a:var(--cxd-accent,#26d);--p:var(--cxd-paper,#fff);\
--o:var(--cxd-on-accent,#fff)}\
:host([data-theme=dark]){${DARK}}\
@media (prefers-color-scheme:dark){:host(:not([data-theme=light])){${DARK}}}\
.edge,.box{font:medium/1.4 var(--cxd-font,system-ui,sans-serif);border-radius:var(--cxd-radius,.75em);\
overflow-wrap:break-word}\
*{font:inherit;border:0;color:inherit;margin:0;padding:0;background:0 0;box-sizing:border-box}\
.modal::backdrop{background:#0008}\
.modal{top:0;margin:auto}\
.stars span{font-size:0}\
.box{background:var(--p);color:var(--i);position:relative;padding:1.25em;border:1px solid #789;\
box-shadow:0 0 2em #0004;max-width:40em}\
.corner,.modal{width:calc(100% - 2em);overflow:auto;max-height:calc(100% - 2em);z-index:999999999;position:fixed}\
.edge,.foot button{width:auto;font-weight:600;padding:.5em 1em}\
.corner{right:1em;max-width:23em;bottom:1em}\
.row span{min-height:3em;place-items:center;font-weight:600;display:grid}\
::placeholder,.note,.ends{opacity:.8;color:inherit;margin-top:.5em;font-size:.9em}\
.row label{flex:1 1 1.5em;position:relative;min-width:1.5em}\
.long label{flex:1 1 calc((29em - 100%)*999);max-width:calc(16.6% - .25em)}\
.x{right:1em;width:1.5em;top:.5em;font-size:1.5em;position:absolute}\
.row,.foot button{margin-top:1em}\
.corner[dir=rtl]:not(.right),.corner.left,[dir=rtl] .x{right:auto;left:1em}\
.row input,.unseen{width:100%;height:100%;opacity:0;position:absolute}\
.row,.foot,.ends{display:flex;gap:.25em;flex-wrap:wrap}\
.foot,.ends{justify-content:space-between}\
.list input{accent-color:var(--a);height:1.5em;flex:none;width:1.5em}\
svg{fill:none;width:2.5em;stroke:currentColor;stroke-width:1.5}\
label *,label,button{cursor:pointer}\
.row input:focus+span{outline:3px solid var(--a);outline-offset:2px}\
.numbers span,.foot button{border:1px solid #789;border-radius:.5em}\
.ends :last-child,button[part]{margin-inline-start:auto}\
:checked+span,label:hover,label:hover span{forced-color-adjust:none;border-color:var(--a);color:var(--a)}\
.stars span::before{content:'☆';font-size:32px}\
.numbers :checked+span,button[part]{background:var(--a);border-color:var(--a);color:var(--o)}\
.list label,p:not(:empty),textarea,[placeholder]{display:block;width:100%;border:1px solid #789;border-radius:.5em;\
margin-top:.5em;resize:vertical;padding:.5em 1em}\
p[role]{background:#f903;border-color:#f90}\
.stars label:has(~label :checked) span::before{content:'★';color:var(--a)}\
.stars :checked+span::before{content:'★'}\
.unseen{width:0}\
.list label{display:flex;gap:.5em;place-items:center}\
:focus-visible{outline:3px solid var(--a);outline-offset:2px}\
.q{outline:0;font-weight:600;padding-inline-end:2em;font-size:1.125em}\
[hidden]{display:none!important}\
`;

/** @param {ShadowRoot} root @param {string} [nonce] for where style sheets cannot be constructed */
export function dress(root, nonce) {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(SHEET);
    root.adoptedStyleSheets = [sheet];
  } catch {
    root.append(make('style', { nonce }, SHEET));
  }
}
