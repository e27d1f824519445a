# Each grant has a name: what is said of an earlier one is no news of this one, and a question asked twice is one question.

09:00:00 _admin user.register {"name":"alice"} -> accepted alice 100001
  user.registered user alice, im "100001", details {}
09:00:01 alice message.send {"to":["+447700900123"],"text":"on my way"} -> accepted m2
  message.accepted message m2, from alice, to [+447700900123], text "on my way", route auto
  delivery.routed message m2, to +447700900123, channel sms, because not_registered
09:00:02 _sms attempt.ask {"deliveries":[{"message":"m2","to":"+447700900123"}],"grant":7} -> accepted
  attempt.granted channel sms, message m2, to +447700900123, phone +447700900123, from "100001", grant 7
09:00:03 _sms attempt.ask {"deliveries":[{"message":"m2","to":"+447700900123"}],"grant":7} -> accepted
  attempt.granted channel sms, message m2, to +447700900123, phone +447700900123, from "100001", grant 7

# The bridge has died before it wrote a single octet. Its successor says so, twice: the second time it is known.
09:00:04 _sms attempt.report {"reports":[{"deferred":{"attempt":{"message":"m2","to":"+447700900123","grant":7},"class":"not_sent","why":"not_sent"}}]} -> accepted
  attempt.deferred channel sms, attempt {message m2, to +447700900123, grant 7}, class not_sent, why not_sent
09:00:05 _sms attempt.report {"reports":[{"deferred":{"attempt":{"message":"m2","to":"+447700900123","grant":7},"class":"not_sent","why":"not_sent"}}]} -> accepted
09:00:06 _sms attempt.ask {"deliveries":[{"message":"m2","to":"+447700900123"}],"grant":8} -> accepted
  attempt.granted channel sms, message m2, to +447700900123, phone +447700900123, from "100001", grant 8

# A third copy comes while the next attempt is on the wire: it does not make room for one more.
09:00:07 _sms attempt.report {"reports":[{"deferred":{"attempt":{"message":"m2","to":"+447700900123","grant":7},"class":"not_sent","why":"not_sent"}},{"unknown":{"attempt":{"message":"m2","to":"+447700900123","grant":7},"why":"bridge_lost"}},{"failed":{"attempt":{"message":"m2","to":"+447700900123","grant":7},"reason":"smsc_0x0000000b"}}]} -> accepted

# Another bridge asks: nobody knows. What the first one hears after all counts.
09:00:08 _sms attempt.ask {"deliveries":[{"message":"m2","to":"+447700900123"}],"grant":90} -> accepted
  attempt.unknown channel sms, attempt {message m2, to +447700900123}, why bridge_lost, from alice
09:00:09 _sms attempt.report {"reports":[{"deferred":{"attempt":{"message":"m2","to":"+447700900123","grant":8},"class":"not_sent","why":"not_sent"}}]} -> accepted
09:00:10 _sms attempt.report {"reports":[{"accepted":{"attempt":{"message":"m2","to":"+447700900123","connector":"main","ids":["7f"],"grant":8},"receipts":true}}]} -> accepted
  attempt.accepted channel sms, attempt {message m2, to +447700900123, connector main, ids [7f], grant 8}, receipts true

# Nobody knows of the first attempt, and the SMSC takes the second: a late refusal of the first fails nothing.
09:01:00 alice message.send {"to":["+447700900124"],"text":"on my way"} -> accepted m12
  message.accepted message m12, from alice, to [+447700900124], text "on my way", route auto
  delivery.routed message m12, to +447700900124, channel sms, because not_registered
09:01:01 _sms attempt.ask {"deliveries":[{"message":"m12","to":"+447700900124"}],"grant":7} -> accepted
  attempt.granted channel sms, message m12, to +447700900124, phone +447700900124, from "100001", grant 7
09:01:02 _sms attempt.report {"reports":[{"unknown":{"attempt":{"message":"m12","to":"+447700900124","connector":"main","grant":7},"why":"disconnected"}}]} -> accepted
  attempt.unknown channel sms, attempt {message m12, to +447700900124, connector main, grant 7}, why disconnected, from alice
09:01:03 _sms attempt.ask {"deliveries":[{"message":"m12","to":"+447700900124","again":true}],"grant":8} -> accepted
  attempt.granted channel sms, message m12, to +447700900124, phone +447700900124, from "100001", grant 8
09:01:04 _sms attempt.report {"reports":[{"accepted":{"attempt":{"message":"m12","to":"+447700900124","connector":"main","ids":["80"],"grant":8},"receipts":true}}]} -> accepted
  attempt.accepted channel sms, attempt {message m12, to +447700900124, connector main, ids ["80"], grant 8}, receipts true
09:01:05 _sms attempt.report {"reports":[{"failed":{"attempt":{"message":"m12","to":"+447700900124","connector":"main","grant":7},"reason":"smsc_0x0000000b"}}]} -> accepted
09:01:06 _sms attempt.report {"reports":[{"receipt":{"message":"m12","to":"+447700900124","state":"delivered"}}]} -> accepted
  attempt.receipt channel sms, receipt {message m12, to +447700900124, segment 0, segments 1, state delivered}
  delivery.delivered message m12, to +447700900124, from alice

# The other way round: the SMSC had taken the first, and refuses the second; told one by one, and together.
09:02:00 alice message.send {"to":["+447700900124","+447700900125"],"text":"on my way"} -> accepted m19
  message.accepted message m19, from alice, to [+447700900124, +447700900125], text "on my way", route auto, counts 2
  delivery.routed message m19, to +447700900124, channel sms, because not_registered
  delivery.routed message m19, to +447700900125, channel sms, because not_registered
09:02:01 _sms attempt.ask {"deliveries":[{"message":"m19","to":"+447700900124"},{"message":"m19","to":"+447700900125"}],"grant":7} -> accepted
  attempt.granted channel sms, message m19, to +447700900124, phone +447700900124, from "100001", grant 7
  attempt.granted channel sms, message m19, to +447700900125, phone +447700900125, from "100001", grant 7
09:02:02 _sms attempt.report {"reports":[{"unknown":{"attempt":{"message":"m19","to":"+447700900124","connector":"main","grant":7},"why":"disconnected"}},{"unknown":{"attempt":{"message":"m19","to":"+447700900125","connector":"main","grant":7},"why":"disconnected"}}]} -> accepted
  attempt.unknown channel sms, attempt {message m19, to +447700900124, connector main, grant 7}, why disconnected, from alice
  attempt.unknown channel sms, attempt {message m19, to +447700900125, connector main, grant 7}, why disconnected, from alice
09:02:03 _sms attempt.ask {"deliveries":[{"message":"m19","to":"+447700900124","again":true},{"message":"m19","to":"+447700900125","again":true}],"grant":8} -> accepted
  attempt.granted channel sms, message m19, to +447700900124, phone +447700900124, from "100001", grant 8
  attempt.granted channel sms, message m19, to +447700900125, phone +447700900125, from "100001", grant 8
09:02:04 _sms attempt.report {"reports":[{"accepted":{"attempt":{"message":"m19","to":"+447700900124","connector":"main","ids":["81"],"grant":7},"receipts":true}}]} -> accepted
  attempt.accepted channel sms, attempt {message m19, to +447700900124, connector main, ids ["81"], grant 7}, receipts true
09:02:05 _sms attempt.report {"reports":[{"failed":{"attempt":{"message":"m19","to":"+447700900124","connector":"main","grant":8},"reason":"smsc_0x0000000b"}},{"accepted":{"attempt":{"message":"m19","to":"+447700900125","connector":"main","ids":["82"],"grant":7},"receipts":true}},{"failed":{"attempt":{"message":"m19","to":"+447700900125","connector":"main","grant":8},"reason":"smsc_0x0000000b"}}]} -> accepted
  attempt.accepted channel sms, attempt {message m19, to +447700900125, connector main, ids ["82"], grant 7}, receipts true
09:02:06 _sms attempt.report {"reports":[{"receipt":{"message":"m19","to":"+447700900124","state":"delivered"}},{"receipt":{"message":"m19","to":"+447700900125","state":"delivered"}}]} -> accepted
  attempt.receipt channel sms, receipt {message m19, to +447700900124, segment 0, segments 1, state delivered}
  delivery.delivered message m19, to +447700900124, from alice
  attempt.receipt channel sms, receipt {message m19, to +447700900125, segment 0, segments 1, state delivered}
  delivery.delivered message m19, to +447700900125, from alice

# Between the message and its attempt somebody is suspended, and somebody blocks alice: neither gets it, and no SMS leaves.
10:00:00 _admin user.register {"name":"bob","phone":"+447700900001"} -> accepted bob 100002
  user.registered user bob, im "100002", details {phone +447700900001}
10:00:01 _admin user.register {"name":"carol","phone":"+447700900002"} -> accepted carol 100003
  user.registered user carol, im "100003", details {phone +447700900002}
10:00:02 _admin user.register {"name":"dave","phone":"+447700900003"} -> accepted dave 100004
  user.registered user dave, im "100004", details {phone +447700900003}
10:00:03 alice message.send {"to":["bob","carol","dave"],"text":"are you there?"} -> accepted m29
  message.accepted message m29, from alice, to [bob, carol, dave], text "are you there?", route auto, counts 3
  delivery.routed message m29, to bob, channel sms, because no_device_online
  delivery.routed message m29, to carol, channel sms, because no_device_online
  delivery.routed message m29, to dave, channel sms, because no_device_online
10:00:04 _admin user.suspend {"name":"bob"} -> accepted
  user.suspended user bob
10:00:05 carol contact.block {"who":"alice"} -> accepted
  contact.blocked user carol, who alice
10:00:06 _sms attempt.ask {"deliveries":[{"message":"m29","to":"bob"},{"message":"m29","to":"carol"},{"message":"m29","to":"dave"}]} -> accepted
  attempt.let_go channel sms, message m29, to bob
  delivery.filtered message m29, to bob, reason suspended, from alice
  attempt.let_go channel sms, message m29, to carol
  delivery.filtered message m29, to carol, reason blocked, from alice
  attempt.granted channel sms, message m29, to dave, phone +447700900003, from "100001"

# What one channel has is not another's to submit, and who is no channel's part may not ask.
10:01:00 alice message.send {"to":["+447700900126"],"text":"on my way","route":"sms"} -> accepted m33
  message.accepted message m33, from alice, to [+447700900126], text "on my way", route sms
  delivery.routed message m33, to +447700900126, channel sms, because asked_for
10:01:01 _mms attempt.ask {"deliveries":[{"message":"m33","to":"+447700900126"}],"grant":7} -> accepted
  attempt.let_go channel mms, message m33, to +447700900126
10:01:02 _sms attempt.ask {"deliveries":[{"message":"m33","to":"+447700900126"}],"grant":8} -> accepted
  attempt.granted channel sms, message m33, to +447700900126, phone +447700900126, from "100001", grant 8
10:01:03 _mms attempt.ask {"deliveries":[{"message":"m33","to":"+447700900126"}],"grant":9} -> accepted
  attempt.let_go channel mms, message m33, to +447700900126
10:01:04 alice attempt.ask {"deliveries":[{"message":"m33","to":"+447700900126"}],"grant":9} -> refused auth.not_allowed
  command.refused code auth.not_allowed, text "alice may not send attempt.ask"
10:01:05 _clock attempt.ask {"deliveries":[{"message":"m33","to":"+447700900126"}],"grant":9} -> refused auth.not_allowed
  command.refused code auth.not_allowed, text "_clock may not send attempt.ask"
