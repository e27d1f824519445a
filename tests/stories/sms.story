# By SMS: an attempt is granted before it is made, its result is recorded, a late receipt still counts.

09:00:00 _admin user.register {"name":"alice"} -> accepted alice 100001
  user.registered user alice, im "100001", details {}
09:00:01 _admin user.register {"name":"bob","phone":"+8613800138000"} -> accepted bob 100002
  user.registered user bob, im "100002", details {phone +8613800138000}
09:00:02 alice message.send {"to":["bob"],"text":"on my way"} -> accepted m3
  message.accepted message m3, from alice, to [bob], text "on my way", route auto
  delivery.routed message m3, to bob, channel sms, because no_device_online
09:00:03 _sms attempt.ask {"deliveries":[{"message":"m3","to":"bob"}]} -> accepted
  attempt.granted channel sms, message m3, to bob, phone +8613800138000, from "100001"
09:00:04 _sms attempt.report {"reports":[{"accepted":{"attempt":{"message":"m3","to":"bob","connector":"main","ids":["7f"]},"receipts":true}}]} -> accepted
  attempt.accepted channel sms, attempt {message m3, to bob, connector main, ids [7f]}, receipts true

# What the SMSC has is neither sent live, nor recalled, nor attempted again.
09:00:05 bob presence.online {"device":"pc","class":"pc"} -> accepted
  presence.online user bob, device pc, class pc, lease_ms 45000, encoding json
09:00:06 alice message.recall {"message":"m3"} -> refused message.not_open message
  command.refused code message.not_open, text "the message is not open: it was confirmed, it ended, or it is not yours", field message
09:00:07 _sms attempt.ask {"deliveries":[{"message":"m3","to":"bob"}]} -> accepted
  attempt.let_go channel sms, message m3, to bob
09:40:00 _sms attempt.report {"reports":[{"receipt":{"message":"m3","to":"bob","state":"enroute"}},{"receipt":{"message":"m3","to":"bob","state":"delivered"}}]} -> accepted
  attempt.receipt channel sms, receipt {message m3, to bob, segment 0, segments 1, state enroute}
  attempt.receipt channel sms, receipt {message m3, to bob, segment 0, segments 1, state delivered}
  delivery.delivered message m3, to bob, from alice
09:40:01 _sms attempt.report {"reports":[{"receipt":{"message":"m3","to":"bob","state":"delivered"}}]} -> accepted
  attempt.receipt channel sms, receipt {message m3, to bob, segment 0, segments 1, state delivered}
09:40:02 bob presence.offline {"device":"pc"} -> accepted
  presence.offline user bob, device pc, because said

# A long one is delivered with its last segment; what the SMSC refuses for good fails.
09:41:00 alice message.send {"to":["bob","+447700900123"],"text":"long"} -> accepted m12
  message.accepted message m12, from alice, to [bob, +447700900123], text long, route auto, counts 2
  delivery.routed message m12, to bob, channel sms, because no_device_online
  delivery.routed message m12, to +447700900123, channel sms, because not_registered
09:41:01 _sms attempt.ask {"deliveries":[{"message":"m12","to":"bob"},{"message":"m12","to":"+447700900123"}]} -> accepted
  attempt.granted channel sms, message m12, to bob, phone +8613800138000, from "100001"
  attempt.granted channel sms, message m12, to +447700900123, phone +447700900123, from "100001"
09:41:02 _sms attempt.report {"reports":[{"accepted":{"attempt":{"message":"m12","to":"bob","connector":"main","ids":["80","81"]},"receipts":true}},{"receipt":{"message":"m12","to":"bob","segment":1,"segments":2,"state":"delivered"}}]} -> accepted
  attempt.accepted channel sms, attempt {message m12, to bob, connector main, ids ["80", "81"]}, receipts true
  attempt.receipt channel sms, receipt {message m12, to bob, segment 1, segments 2, state delivered}
09:41:03 _sms attempt.report {"reports":[{"failed":{"attempt":{"message":"m12","to":"+447700900123","connector":"main"},"reason":"smsc_0x0000000b"}},{"receipt":{"message":"m12","to":"bob","segment":0,"segments":2,"state":"delivered"}}]} -> accepted
  attempt.failed channel sms, attempt {message m12, to +447700900123, connector main}, reason smsc_0x0000000b
  delivery.failed message m12, to +447700900123, reason smsc_0x0000000b, from alice
  attempt.receipt channel sms, receipt {message m12, to bob, segment 0, segments 2, state delivered}
  delivery.delivered message m12, to bob, from alice

# Deferred, it is asked for again. Asked for again without a result, nobody knows; a receipt resolves it.
09:42:00 alice message.send {"to":["bob"],"text":"busy"} -> accepted m16
  message.accepted message m16, from alice, to [bob], text busy, route auto
  delivery.routed message m16, to bob, channel sms, because no_device_online
09:42:01 _sms attempt.ask {"deliveries":[{"message":"m16","to":"bob"}]} -> accepted
  attempt.granted channel sms, message m16, to bob, phone +8613800138000, from "100001"
09:42:02 _sms attempt.report {"reports":[{"deferred":{"attempt":{"message":"m16","to":"bob","connector":"main","ids":[null]},"class":"throttled","why":"smsc_0x00000058"}}]} -> accepted
  attempt.deferred channel sms, attempt {message m16, to bob, connector main, ids [null]}, class throttled, why smsc_0x00000058
09:42:03 _sms attempt.ask {"deliveries":[{"message":"m16","to":"bob"}]} -> accepted
  attempt.granted channel sms, message m16, to bob, phone +8613800138000, from "100001"
09:42:04 _sms attempt.ask {"deliveries":[{"message":"m16","to":"bob"}]} -> accepted
  attempt.unknown channel sms, attempt {message m16, to bob}, why bridge_lost, from alice
09:42:05 _sms attempt.ask {"deliveries":[{"message":"m16","to":"bob"}]} -> accepted
  attempt.let_go channel sms, message m16, to bob
09:42:06 _sms attempt.ask {"deliveries":[{"message":"m16","to":"bob","again":true}]} -> accepted
  attempt.granted channel sms, message m16, to bob, phone +8613800138000, from "100001"
09:42:07 _sms attempt.report {"reports":[{"unknown":{"attempt":{"message":"m16","to":"bob","connector":"main"},"why":"disconnected"}},{"unmatched":{"connector":"main","id":"99","state":"delivered"}}]} -> accepted
  attempt.unknown channel sms, attempt {message m16, to bob, connector main}, why disconnected, from alice
  attempt.unmatched channel sms, receipt {connector main, id "99", state delivered}
09:42:08 _sms attempt.report {"reports":[{"receipt":{"message":"m16","to":"bob","state":"undeliverable","error":"001"}}]} -> accepted
  attempt.receipt channel sms, receipt {message m16, to bob, segment 0, segments 1, state undeliverable, error 001}
  delivery.failed message m16, to bob, reason receipt_undeliverable, from alice

# STOP while work is queued: not one more leaves. The answer does.
09:43:00 alice message.send {"to":["bob"],"text":"one","route":"sms"} -> accepted m25
  message.accepted message m25, from alice, to [bob], text one, route sms
  delivery.routed message m25, to bob, channel sms, because asked_for
09:43:01 alice message.send {"to":["bob"],"text":"two"} -> accepted m26
  message.accepted message m26, from alice, to [bob], text two, route auto
  delivery.routed message m26, to bob, channel sms, because no_device_online
09:43:02 _sms phone.received {"connector":"main","from":"+8613800138000","called":"im-100001","text":"Stop."} -> accepted
  phone.received connector main, from +8613800138000, called im-100001, said Stop.
  preference.set user bob, sms false
  phone.preference_set phone +8613800138000, sms false
  message.accepted message m27, from _homing, to [bob], text "You will get no more SMS from us. Send START to get them again.", route sms, expires @02T09:43:02
  delivery.routed message m27, to bob, channel sms, because answer
09:43:03 _sms attempt.ask {"deliveries":[{"message":"m25","to":"bob"},{"message":"m26","to":"bob"},{"message":"m27","to":"bob"}]} -> accepted
  attempt.let_go channel sms, message m25, to bob
  delivery.filtered message m25, to bob, reason opted_out, from alice
  attempt.let_go channel sms, message m26, to bob
  delivery.routed message m26, to bob, channel none, because sms_off, body 26
  attempt.granted channel sms, message m27, to bob, phone +8613800138000
09:43:04 _sms phone.received {"connector":"main","from":"+8613800138000","called":"service","text":"START"} -> accepted
  phone.received connector main, from +8613800138000, called service, said START
  preference.set user bob, sms true
  phone.preference_set phone +8613800138000, sms true
  message.accepted message m29, from _homing, to [bob], text "You will get SMS from us again. Send STOP to end them.", route sms, expires @02T09:43:04
  delivery.routed message m29, to bob, channel sms, because answer

# A phone of nobody: its STOP counts, its message is not passed on, its owner's registration keeps the wish.
09:44:00 _sms phone.received {"connector":"main","from":"+447700900123","called":"im-100001","text":"who is this?"} -> accepted
  phone.received connector main, from +447700900123, called im-100001, said "who is this?", refused auth.unknown_sender
  message.accepted message m30, from _homing, to [+447700900123], text "This phone is not registered here, so your message was not passed on. Send STOP to get no more SMS.", route sms, expires @02T09:44:00
  delivery.routed message m30, to +447700900123, channel sms, because answer
09:44:01 _sms phone.received {"connector":"main","from":"+447700900123","called":"service","text":"退订"} -> accepted
  phone.received connector main, from +447700900123, called service, said "退订"
  phone.preference_set phone +447700900123, sms false
  message.accepted message m31, from _homing, to [+447700900123], text "您不会再收到我们的短信。发送 START 恢复接收。", route sms, expires @02T09:44:01
  delivery.routed message m31, to +447700900123, channel sms, because answer
09:44:02 alice message.send {"to":["+447700900123"],"text":"not wished"} -> accepted m32
  message.accepted message m32, from alice, to [+447700900123], text "not wished", route auto
  delivery.filtered message m32, to +447700900123, reason opted_out, from alice
09:44:03 _admin user.register {"name":"carol","phone":"+447700900123"} -> accepted carol 100003
  user.registered user carol, im "100003", details {phone +447700900123}
  preference.set user carol, sms false

# A reply reaches whoever wrote; a withheld number reaches nobody; other texts to the service get help.
09:45:00 alice presence.online {"device":"pc","class":"pc"} -> accepted
  presence.online user alice, device pc, class pc, lease_ms 45000, encoding json
09:45:01 _sms phone.received {"connector":"main","from":"+8613800138000","called":"im-100001","text":"see you","joined":"w1"} -> accepted
  phone.received connector main, from +8613800138000, called im-100001, joined w1
  message.accepted message m35, from bob, to [alice], text "see you", route auto
  delivery.routed message m35, to alice, channel live, because pc_online, seen 34, encoding json
09:45:02 _sms phone.received {"connector":"main","called":"im-100001","text":"boo"} -> accepted
  phone.received connector main, called im-100001, said boo, refused auth.unknown_sender
09:45:03 _sms phone.received {"connector":"main","from":"+8613800138000","called":"im-999999","text":"hello?"} -> accepted
  phone.received connector main, from +8613800138000, called im-999999, said "hello?", refused message.no_recipient
  message.accepted message m37, from _homing, to [bob], text "Your message was not passed on: 999999 is not registered.", route sms, expires @02T09:45:03
  delivery.routed message m37, to bob, channel sms, because answer
09:45:04 _sms phone.received {"connector":"main","from":"+8613800138000","called":"other","text":"hello?"} -> accepted
  phone.received connector main, from +8613800138000, called other, said "hello?"
  message.accepted message m38, from _homing, to [bob], text "Reply to a message to answer its sender. Send STOP to get no more SMS, START to get them again, HELP for this text.", route sms, expires @02T09:45:04
  delivery.routed message m38, to bob, channel sms, because answer
09:45:05 _sms phone.part {"whole":"w2","connector":"main","from":"+8613800138000","called":"service","number":1,"total":2,"octets":"AAEC"} -> accepted
  phone.part whole w2, connector main, from +8613800138000, called service, number 1, total 2, octets AAEC
09:45:06 _sms phone.part {"whole":"w2","connector":"main","called":"service","number":3,"total":2,"octets":"AAEC"} -> refused command.malformed
  command.refused code command.malformed, text "the command cannot be read: the number of the part is not within its total"
09:45:07 alice attempt.report {"reports":[]} -> refused auth.not_allowed
  command.refused code auth.not_allowed, text "alice may not send attempt.report"

# Without receipts, acceptance is the last that is heard; with them, silence ends the wait.
09:46:00 alice message.send {"to":["bob"],"text":"a"} -> accepted m42
  message.accepted message m42, from alice, to [bob], text a, route auto
  delivery.routed message m42, to bob, channel sms, because no_device_online
09:46:01 alice message.send {"to":["bob"],"text":"b"} -> accepted m43
  message.accepted message m43, from alice, to [bob], text b, route auto
  delivery.routed message m43, to bob, channel sms, because no_device_online
09:46:02 _sms attempt.ask {"deliveries":[{"message":"m42","to":"bob"},{"message":"m43","to":"bob"}]} -> accepted
  attempt.granted channel sms, message m42, to bob, phone +8613800138000, from "100001"
  attempt.granted channel sms, message m43, to bob, phone +8613800138000, from "100001"
09:46:03 _sms attempt.report {"reports":[{"accepted":{"attempt":{"message":"m42","to":"bob","connector":"main","ids":["90"]},"receipts":false}},{"accepted":{"attempt":{"message":"m43","to":"bob","connector":"main","ids":["91"]},"receipts":true}}]} -> accepted
  attempt.accepted channel sms, attempt {message m42, to bob, connector main, ids ["90"]}, receipts false
  attempt.accepted channel sms, attempt {message m43, to bob, connector main, ids ["91"]}, receipts true
09:46:04 _sms attempt.report {"reports":[{"silent":{"message":"m43","to":"bob"}}]} -> accepted
  attempt.silent channel sms, message m43, to bob

# Stored twice under one id, a command is decided once: no report is recorded twice, no text is taken for a second text.
09:47:00 alice message.send {"to":["bob"],"text":"once","route":"sms"} -> accepted m47
  message.accepted message m47, from alice, to [bob], text once, route sms
  delivery.routed message m47, to bob, channel sms, because asked_for
09:47:01 _sms attempt.ask {"deliveries":[{"message":"m47","to":"bob"}]} -> accepted
  attempt.granted channel sms, message m47, to bob, phone +8613800138000, from "100001"
09:47:03 _sms attempt.report {"reports":[{"accepted":{"attempt":{"message":"m47","to":"bob","connector":"main","ids":["92"]},"receipts":true}}],"id":"r1"} -> accepted
  attempt.accepted channel sms, attempt {message m47, to bob, connector main, ids ["92"]}, receipts true
09:47:04 _sms attempt.report {"reports":[{"accepted":{"attempt":{"message":"m47","to":"bob","connector":"main","ids":["92"]},"receipts":true}}],"id":"r1"} -> accepted
09:47:05 _sms phone.received {"connector":"main","from":"+8613800138000","called":"im-100001","text":"ok","id":"c1"} -> accepted
  phone.received connector main, from +8613800138000, called im-100001
  message.accepted message m51, from bob, to [alice], text ok, route auto
  delivery.routed message m51, to alice, channel live, because pc_online, seen 34, encoding json
09:47:06 _sms phone.received {"connector":"main","from":"+8613800138000","called":"im-100001","text":"ok","id":"c1"} -> accepted
09:47:07 _sms phone.received {"connector":"main","from":"+8613800138000","called":"im-100001","text":"ok","id":"c2"} -> accepted
  phone.received connector main, from +8613800138000, called im-100001
  message.accepted message m53, from bob, to [alice], text ok, route auto
  delivery.routed message m53, to alice, channel live, because pc_online, seen 34, encoding json
09:47:08 _sms phone.part {"whole":"w3","connector":"main","from":"+8613800138000","called":"service","number":1,"total":2,"octets":"AAEC","id":"p1"} -> accepted
  phone.part whole w3, connector main, from +8613800138000, called service, number 1, total 2, octets AAEC
09:47:09 _sms phone.part {"whole":"w3","connector":"main","from":"+8613800138000","called":"service","number":1,"total":2,"octets":"AAEC","id":"p1"} -> accepted

# What is not final ends nothing, and is recorded once. The first final one wins; one that contradicts it is recorded.
09:48:00 _sms attempt.report {"reports":[{"receipt":{"message":"m47","to":"bob","state":"enroute"}},{"receipt":{"message":"m47","to":"bob","state":"accepted"}},{"receipt":{"message":"m47","to":"bob","state":"enroute"}}]} -> accepted
  attempt.receipt channel sms, receipt {message m47, to bob, segment 0, segments 1, state enroute}
  attempt.receipt channel sms, receipt {message m47, to bob, segment 0, segments 1, state accepted}
09:48:01 _sms attempt.report {"reports":[{"receipt":{"message":"m47","to":"bob","state":"unknown"}},{"receipt":{"message":"m47","to":"bob","state":"accepted"}}]} -> accepted
  attempt.receipt channel sms, receipt {message m47, to bob, segment 0, segments 1, state unknown}
09:48:02 _sms attempt.report {"reports":[{"receipt":{"message":"m47","to":"bob","state":"undeliverable","id":"92"}}]} -> accepted
  attempt.receipt channel sms, receipt {message m47, to bob, segment 0, segments 1, state undeliverable, id "92"}
  delivery.failed message m47, to bob, reason receipt_undeliverable, from alice
09:48:03 _sms attempt.report {"reports":[{"receipt":{"message":"m47","to":"bob","state":"delivered"}}]} -> accepted
  attempt.receipt channel sms, receipt {message m47, to bob, segment 0, segments 1, state delivered}

# The id is known for ten minutes, in which a command is stored or given up.
09:58:00 _sms phone.received {"connector":"main","from":"+8613800138000","called":"im-100001","text":"later","id":"c3"} -> accepted
  phone.received connector main, from +8613800138000, called im-100001
  message.accepted message m60, from bob, to [alice], text later, route auto
  delivery.routed message m60, to alice, channel live, because pc_online, seen 34, encoding json
09:59:00 _sms phone.received {"connector":"main","from":"+8613800138000","called":"im-100001","text":"ok","id":"c1"} -> accepted
  phone.received connector main, from +8613800138000, called im-100001
  message.accepted message m61, from bob, to [alice], text ok, route auto
  delivery.routed message m61, to alice, channel live, because pc_online, seen 34, encoding json
