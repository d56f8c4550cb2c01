// If-Match and If-None-Match of the calls of the stateful fuzz: tags that replies had, each with the state of the model
// that it was of. A tag names what is there now if the model says that it is as it was then.

const HELD = 4;

// What the replies to who answers, and so their tags, show of a response; of a survey all.
const ofResponse = ({ said: _said, excluded: _excluded, excluded_reason: _reason, ...shown }) =>
  Object.entries(shown)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
const ofSurvey = ({ definition, revision, archived, archivals }) => [definition, revision, archived ? archivals : 0];
export const stateOf = (stored) => stored && JSON.stringify(stored.definition ? ofSurvey(stored) : ofResponse(stored));

export class Tags {
  constructor() {
    this.places = new Map();
  }

  // The tag of a reply that shows what is stored there.
  learn(place, tag, stored) {
    const held = [{ tag, state: stateOf(stored) }, ...(this.places.get(place) ?? [])];
    this.places.set(place, held.slice(0, HELD));
  }

  list(dice, place) {
    const held = this.places.get(place) ?? [];
    const list = [{ tag: '"x"' }, { tag: '"a,b"' }].slice(dice.below(3));
    for (const one of held) if (dice.chance(0.6)) list.splice(dice.below(list.length + 1), 0, one);
    return (list.length > 0 ? list : [{ tag: '"y"' }]).map((one) => ({ ...one, isWeak: dice.chance(0.15) }));
  }

  // { headers, isBroken(stored) }, mostly without any.
  draw(dice, place, chance = 0.4) {
    const headers = {};
    if (!dice.chance(chance)) return { headers, isBroken: () => false };
    const drawn = {};
    const which = dice.below(5);
    for (const name of which === 0 ? ['If-Match', 'If-None-Match'] : [which < 3 ? 'If-Match' : 'If-None-Match']) {
      drawn[name] = dice.chance(0.3) ? '*' : this.list(dice, place);
      headers[name] =
        drawn[name] === '*'
          ? '*'
          : drawn[name].map(({ tag, isWeak }) => (isWeak ? 'W/' : '') + tag).join(dice.of([',', ', ', ' , ,']));
    }
    const names = (list, now, isStrong) =>
      list === '*' || list.some(({ state, isWeak }) => state === now && !(isStrong && isWeak));
    const isBroken = (stored) => {
      const now = stateOf(stored);
      const { 'If-Match': match, 'If-None-Match': noneMatch } = drawn;
      return Boolean(
        (match && !(now && names(match, now, true))) || (noneMatch && now && names(noneMatch, now, false)),
      );
    };
    return { headers, isBroken };
  }
}
