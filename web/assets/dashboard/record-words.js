// Words of the daemon's own vocabularies, for people: why a response is suspected, what admins did, what a key may do.
// Nothing here draws.

/** Why a response is suspected to be a machine's. */
export const FLAGS = {
  honeypot: { name: 'Filled in the trap', about: 'it filled in a field that people do not see.' },
  too_fast: { name: 'Too fast', about: 'it came sooner after the form than the survey’s shortest time.' },
  nonce: { name: 'Form not ours', about: 'it does not show that it ever saw the form.' },
  user_agent: { name: 'A known program', about: 'its browser says that it is a program.' },
  burst: { name: 'Part of a burst', about: 'many answers came from one place within a short time.' },
};

/** What a key may do. */
export const SCOPES = {
  read: 'Read figures, comments and alerts',
  write: 'Send responses, exclude them, make invitations, acknowledge alerts',
  export: 'Download responses, with respondents and properties',
  erase: 'Erase respondents',
  admin: 'Everything, also surveys, alerts, keys and this log',
};

/** What admins did, by the audit log's word. */
export const ACTS = {
  'survey.put': 'changed the survey',
  'survey.archive': 'archived the survey',
  'key.create': 'made the key',
  'key.revoke': 'revoked the key',
  'key.prune': 'removed the old key',
  'session.link': 'made a link to sign in with the key',
  'session.begin': 'signed in with the key',
  'session.end': 'signed out the key',
  'session.refused': 'refused who tried too often:',
  'signing_key.rotate': 'made signing key',
  'response.exclude': 'excluded the response',
  'response.include': 'let the response count',
  'response.clear': 'cleared the suspect',
  'responses.export': 'downloaded the responses of',
  'archive.export': 'downloaded the archive',
  'respondent.export': 'looked up the respondent',
  'respondent.erase': 'erased the respondent',
  'retention.run': 'deleted what was old of',
  'retention.resume': 'said that the clock is right:',
  'erasures.repeat': 'erased again after a restore',
  'erasures.unknown': 'could not erase again after a restore',
  'journey.put': 'changed the journey',
  'journey.delete': 'deleted the journey',
  'alert.put': 'changed the alert',
  'alert.delete': 'deleted the alert',
  'alert.acknowledge': 'acknowledged the alert',
  'import.begin': 'began the import',
  'import.done': 'ended the import',
  'import.undo': 'undid the import',
};

/** @param {string} act */
export const actWords = (act) => ACTS[/** @type {keyof typeof ACTS} */ (act)] ?? act.replaceAll(/[._]/g, ' ');

/** @param {string} actor The prefix of a key, or `local`. */
export const actorWords = (actor) => (actor === 'local' ? 'The daemon itself' : `Key ${actor}…`);

/** @param {number} seconds */
export function durationWords(seconds) {
  /** @type {[number, string][]} */
  const units = [
    [86_400, 'day'],
    [3600, 'hour'],
    [60, 'minute'],
    [1, 'second'],
  ];
  const [size, unit] = units.find(([size]) => seconds >= size) ?? [1, 'second'];
  const n = Math.floor(seconds / size);
  return `${n} ${unit}${n === 1 ? '' : 's'}`;
}

/** @param {number | null} bytes */
export function bytesWords(bytes) {
  if (bytes === null) return 'unknown';
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${unit === 0 ? size : size.toPrecision(3)} ${units[unit]}`;
}
