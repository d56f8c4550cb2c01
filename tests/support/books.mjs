// Workbooks of tests: zip archives of XML, as small as they can be.
import fs from 'node:fs';
import zlib from 'node:zlib';

// zlib.crc32 came with Node 22.
const TABLE = Int32Array.from({ length: 256 }, (_, i) => {
  let c = i;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c;
});
function checksum(bytes) {
  let crc = -1;
  for (const byte of bytes) crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 255];
  return (crc ^ -1) >>> 0;
}

// A zip archive of parts: { name: text }.
export function writeZip(file, parts) {
  const records = [];
  const directory = [];
  let at = 0;
  for (const [name, text] of Object.entries(parts)) {
    const bytes = Buffer.from(text);
    const packed = zlib.deflateRawSync(bytes, { level: 9 });
    const about = Buffer.alloc(26);
    about.writeUInt16LE(20, 0);
    about.writeUInt16LE(8, 4);
    about.writeUInt32LE(checksum(bytes), 10);
    about.writeUInt32LE(packed.length, 14);
    about.writeUInt32LE(bytes.length, 18);
    about.writeUInt16LE(name.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    const record = Buffer.concat([Buffer.from('PK\x03\x04'), about, Buffer.from(name), packed]);
    directory.push(Buffer.from('PK\x01\x02\x14\x00'), about, place, Buffer.from(name));
    records.push(record);
    at += record.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(records.length, 8);
  end.writeUInt16LE(records.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(at, 16);
  fs.writeFileSync(file, Buffer.concat([...records, list, end]));
}

export const sheetOf = (rows) => `<worksheet><sheetData>${rows}</sheetData></worksheet>`;

// A workbook of one sheet, and of the texts that its cells share.
export function writeBook(file, sheet, strings = '<sst/>') {
  const type = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  writeZip(file, {
    'xl/workbook.xml': `<workbook xmlns:r="x"><sheets><sheet name="S" r:id="a"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels':
      `<Relationships><Relationship Id="a" Type="${type}/worksheet" Target="sheet.xml"/>` +
      `<Relationship Id="b" Type="${type}/sharedStrings" Target="strings.xml"/></Relationships>`,
    'xl/sheet.xml': sheet,
    'xl/strings.xml': strings,
  });
}
