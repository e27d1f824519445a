// What two other libraries count of the texts in a file, a JSON list: count.mjs FILE
import { readFileSync } from "node:fs";
import calculator from "sms-segments-calculator";
import splitter from "split-sms";

const BITS = { "GSM-7": 7, "UCS-2": 16 };

function calculated(text) {
  const message = new calculator.SegmentedMessage(text, "auto", false);
  const last = message.segments.at(-1);
  return {
    encoding: message.getEncodingName(),
    segments: message.segmentsCount,
    left: Math.floor(last.freeSizeInBits() / BITS[message.getEncodingName()]),
  };
}

function split(text) {
  const message = splitter.split(text);
  return { encoding: message.characterSet, segments: message.parts.length, left: message.remainingInPart };
}

const texts = JSON.parse(readFileSync(process.argv[2], "utf8"));
console.log(JSON.stringify(texts.map((text) => ({ calculated: calculated(text), split: split(text) }))));
