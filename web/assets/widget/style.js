// The look. A rule a line, of which the ends are not sent; older browsers do without gaps. What comes first among rules
// and in them is, where it is all the same, what gzip makes the least of.
import { make } from './dom.js';

const DARK = `\
--i:var(--cxd-ink,#eef);--p:var(--cxd-paper,#223);\
--a:var(--cxd-accent,#8bf);--o:var(--cxd-on-accent,#223);color-scheme:dark`;

const SHEET = `\
:host{all:initial;--i:var(--cxd-ink,#223);--a:var(--cxd-accent,#26d);--p:var(--cxd-paper,#fff);\
--o:var(--cxd-on-accent,#fff)}\
.foot{flex-direction:row-reverse}\
:host([data-theme=dark]){${DARK}}\
@media (prefers-color-scheme:dark){:host(:not([data-theme=light])){${DARK}}}\
*{background:0 0;font:inherit;color:inherit;padding:0;margin:0;border:0;box-sizing:border-box}\
.foot button,.edge{border-radius:.5em;padding:.5em 1em;font-weight:600}\
.box,.edge{border-radius:var(--cxd-radius,.75em);overflow-wrap:break-word;font:medium/1.4 var(--cxd-font,system-ui,\
sans-serif)}\
.box{animation:a .2s;box-shadow:0 0 2em #0004;border:1px solid #789;padding:1.25em;position:relative;max-width:40em;\
background:var(--p);color:var(--i)}\
.modal,.corner{width:calc(100% - 2em);position:fixed;max-height:calc(100% - 2em);z-index:999999999;overflow:auto}\
.modal{top:0;margin:auto}\
.modal::backdrop{background:#0008}\
.corner{max-width:23em;bottom:1em;right:1em}\
.edge{width:auto}\
.ends,.note,::placeholder{font-size:.9em;color:inherit;opacity:.8}\
.x{top:.5em;position:absolute;right:1em;font-size:1.5em;width:1.5em}\
.corner.left,.corner[dir=rtl]:not(.right),[dir=rtl] .x{left:1em;right:auto}\
.row,.ends,.foot{flex-wrap:wrap;display:flex;gap:.25em;margin-top:1em}\
.ends,.foot{justify-content:space-between}\
.row label{flex:1 1 1.5em;position:relative;min-width:1.5em}\
.long label{flex:1 1 calc((29em - 100%)*999);max-width:calc(16.6% - .25em)}\
.stars span{font-size:0}\
.row input,.unseen{width:100%;position:absolute;height:100%;opacity:0}\
.row span{place-items:center;display:grid;min-height:3em;font-weight:600}\
.numbers span{border:1px solid #789;border-radius:.5em}\
label:hover,label:hover span,:checked+span{color:var(--a);forced-color-adjust:none;border-color:var(--a)}\
.numbers :checked+span{color:var(--o);background:var(--a)}\
.stars span::before{content:'☆';font-size:32px}\
.stars :checked+span::before{content:'★'}\
.stars label:has(~label :checked) span::before{content:'★';color:var(--a)}\
.list input{flex:none;accent-color:var(--a);height:1.5em;width:1.5em}\
svg{fill:none;stroke-width:1.5;stroke:currentColor;width:2.5em}\
button,label *,label{cursor:pointer}\
.list label,p:not(:empty),[placeholder],textarea{width:100%;resize:vertical;margin-top:.5em;padding:.5em 1em;\
border:1px solid #789;border-radius:.5em;display:block}\
.list label{place-items:center;display:flex;gap:.5em}\
button[part]{color:var(--o);background:var(--a)}\
.unseen{width:0}\
.row input:focus+span{outline:3px solid var(--a);outline-offset:2px}\
:focus-visible{outline:3px solid var(--a);outline-offset:2px}\
.q{outline:0;font-size:1.125em;padding-inline-end:2em;font-weight:600}\
[hidden]{display:none!important}\
@media (prefers-reduced-motion){.box{animation:none}}\
@keyframes a{0%{opacity:0}}\
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
