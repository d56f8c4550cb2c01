// The look. A rule a line, of which the ends are not sent; older browsers do without gaps.
import { make } from './dom.js';

const DARK = `\
--i:var(--cxd-ink,#eef);--p:var(--cxd-paper,#1c212b);\
--a:var(--cxd-accent,#8bf);--o:var(--cxd-on-accent,#123);color-scheme:dark`;

const SHEET = `\
:host{all:initial;--i:var(--cxd-ink,#223);--p:var(--cxd-paper,#fff);\
--a:var(--cxd-accent,#26d);--o:var(--cxd-on-accent,#fff)}\
:host([data-theme=dark]){${DARK}}\
@media (prefers-color-scheme:dark){:host(:not([data-theme=light])){${DARK}}}\
*{box-sizing:border-box;margin:0;padding:0;border:0;color:inherit;background:0 0;font:inherit}\
[hidden]{display:none!important}\
.foot button,.edge{padding:.5em 1em;border-radius:.5em;font-weight:600}\
.box,.edge{font:medium/1.4 var(--cxd-font,system-ui,sans-serif);\
border-radius:var(--cxd-radius,.75em);overflow-wrap:break-word}\
.box{animation:a .2s;position:relative;max-width:40em;padding:1.25em;color:var(--i);\
background:var(--p);border:1px solid #789;box-shadow:0 0 2em #0004}\
.modal,.corner{position:fixed;z-index:999999999;width:calc(100% - 2em);max-height:calc(100% - 2em);overflow:auto}\
.modal{top:0;margin:auto}\
.modal::backdrop{background:#0008}\
.corner{bottom:1em;right:1em;max-width:23em}\
.edge{width:auto}\
.note,.ends,::placeholder{color:inherit;opacity:.8;font-size:.9em}\
.x{position:absolute;top:.5em;right:1em;width:1.5em;font-size:1.5em}\
.corner.left,.corner[dir=rtl]:not(.right),[dir=rtl] .x{right:auto;left:1em}\
.row,.ends,.foot{display:flex;flex-wrap:wrap;gap:.25em;margin-top:1em}\
.ends,.foot{justify-content:space-between}\
.row label{position:relative;flex:1 1 2em;min-width:1.5em}\
.long label{flex:1 1 calc((29em - 100%)*999);max-width:calc(16.6% - .25em)}\
.row input,.unseen{position:absolute;width:100%;height:100%;opacity:0}\
label,label *,button{cursor:pointer}\
.numbers span{border:1px solid #789;border-radius:.5em}\
.row span{display:grid;place-items:center;font-weight:600;min-height:3em}\
label:hover,label:hover span,:checked+span{color:var(--a);border-color:var(--a);forced-color-adjust:none}\
.numbers :checked+span{color:var(--o);background:var(--a)}\
svg{width:2.5em;fill:none;stroke:currentColor;stroke-width:1.5}\
.stars span::before{content:'☆';font-size:36px}\
.stars :checked+span::before{content:'★'}\
.stars label:has(~label :checked) span::before{content:'★';color:var(--a)}\
.stars span{font-size:0}\
.list label,textarea,[placeholder],p:not(:empty){display:block;width:100%;resize:vertical;\
margin-top:.5em;padding:.5em 1em;border:1px solid #789;border-radius:.5em}\
.list label{display:flex;gap:.5em;place-items:center}\
.list input{flex:none;width:1.5em;height:1.5em;accent-color:var(--a)}\
.foot{flex-direction:row-reverse}\
button[part]{color:var(--o);background:var(--a)}\
.unseen{width:0}\
.row input:focus+span{outline:3px solid var(--a);outline-offset:2px}\
:focus-visible{outline:3px solid var(--a);outline-offset:2px}\
.q{font-weight:600;font-size:1.125em;padding-inline-end:2em;outline:0}\
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
