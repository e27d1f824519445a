// An SMSC on npm's smpp, driven as README.md says.
'use strict';
const readline = require('node:readline');
const smpp = require('smpp');

const TLVS = [
  'sar_msg_ref_num', 'sar_total_segments', 'sar_segment_seqnum', 'receipted_message_id', 'message_state',
  'user_message_reference',
];
const sessions = new Map();

const tell = (event, rest) => process.stdout.write(JSON.stringify({ event, ...rest }) + '\n');

function submitted(session, pdu) {
  // The library has decoded the text already, by its data_coding and behind its user data header.
  const payload = 'message_payload' in pdu;
  const message = payload ? pdu.message_payload : pdu.short_message;
  const seen = {
    session, seq: pdu.sequence_number,
    source: pdu.source_addr, source_ton: pdu.source_addr_ton,
    dest: pdu.destination_addr, dest_ton: pdu.dest_addr_ton,
    esm_class: pdu.esm_class, data_coding: pdu.data_coding, registered: pdu.registered_delivery,
    reference: pdu.user_message_reference, payload,
    udh: Buffer.concat(message.udh ?? []).toString('hex'),
    text: Buffer.isBuffer(message.message) ? null : message.message,
  };
  for (const name of TLVS.slice(0, 3)) {
    if (name in pdu) seen[name] = pdu[name];
  }
  tell('submit', seen);
}

let last = 0;
const server = smpp.createServer((session) => {
  const number = ++last;
  sessions.set(number, session);
  session.on('pdu', (pdu) => {
    if (pdu.command.startsWith('bind_') && !pdu.isResponse()) {
      session.send(pdu.response({ system_id: 'npm' }));
      tell('bound', { session: number, kind: pdu.command });
    } else if (pdu.command === 'submit_sm') {
      submitted(number, pdu);
    } else if (pdu.command === 'enquire_link') {
      session.send(pdu.response());
    } else if (pdu.command === 'unbind') {
      session.send(pdu.response());
      session.close();
    } else if (!pdu.isResponse()) {
      tell('malformed', { why: `unexpected ${pdu.command}` });
    }
  });
  session.on('error', (error) => {
    if (!error.code) tell('malformed', { why: String(error) });
  });
  session.on('close', () => tell('closed', { session: number }));
});
server.listen(0, '127.0.0.1', () => tell('listening', { port: server.address().port }));

const deeds = {
  respond({ session, seq, status, id }) {
    const pdu = new smpp.PDU('submit_sm_resp', { command_status: status, sequence_number: seq, message_id: id });
    sessions.get(session).send(pdu);
  },
  deliver(deed) {
    const options = {
      source_addr: deed.source, source_addr_ton: 1, source_addr_npi: 1,
      destination_addr: deed.dest, dest_addr_ton: 3, dest_addr_npi: 0,
      esm_class: deed.esm_class, data_coding: deed.data_coding,
      short_message: Buffer.from(deed.octets, 'hex'),
    };
    if ('message_payload' in deed) options.message_payload = Buffer.from(deed.message_payload, 'hex');
    for (const name of TLVS) {
      if (name in deed) options[name] = deed[name];
    }
    const answered = (pdu) => tell('answered', { tag: deed.tag, status: pdu.command_status });
    sessions.get(deed.session).deliver_sm(options, answered);
  },
  pause({ session, ms }) {
    const paused = sessions.get(session);
    paused.pause();
    setTimeout(() => {
      tell('resumed', { session });
      paused.resume();
    }, ms);
  },
  drop({ session }) {
    sessions.get(session).destroy();
  },
};
const input = readline.createInterface({ input: process.stdin });
input.on('line', (line) => {
  const deed = JSON.parse(line);
  deeds[deed.do](deed);
});
input.on('close', () => process.exit(0));
