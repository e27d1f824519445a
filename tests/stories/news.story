# Who sent something is told what became of it, in what their clients read; so the facts say whose it is.
09:00:00 _admin user.register {"name":"alice"} -> accepted alice 100001
  user.registered user alice, im "100001", details {}
09:00:01 _admin user.register {"name":"bob"} -> accepted bob 100002
  user.registered user bob, im "100002", details {}
09:00:02 _admin user.register {"name":"carol","phone":"+447700900003"} -> accepted carol 100003
  user.registered user carol, im "100003", details {phone +447700900003}
09:00:03 bob presence.online msgpack {"device":"pc","class":"pc"} -> accepted
  presence.online user bob, device pc, class pc, lease_ms 45000, encoding msgpack
09:00:04 alice message.send {"to":["bob"],"text":"one"} -> accepted m5
  message.accepted message m5, from alice, to [bob], text one, route auto
  delivery.routed message m5, to bob, channel live, because pc_online, seen 4, encoding msgpack
09:00:05 bob message.received {"message":"m5"} -> accepted
  delivery.delivered message m5, to bob, from alice
# Read later: whose it was is not held any more, and the read models know it.
09:00:06 bob message.read {"message":"m5"} -> accepted
  delivery.read message m5, to bob
09:00:07 alice presence.online msgpack {"device":"desk","class":"pc"} -> accepted
  presence.online user alice, device desk, class pc, lease_ms 45000, encoding msgpack
09:00:08 alice message.send {"to":["bob"],"text":"two"} -> accepted m9
  message.accepted message m9, from alice, to [bob], text two, route auto
  delivery.routed message m9, to bob, channel live, because pc_online, seen 4, encoding msgpack
09:00:09 bob message.read {"message":"m9"} -> accepted
  delivery.delivered message m9, to bob, from alice, encoding msgpack
  delivery.read message m9, to bob, from alice, encoding msgpack
# With another device of hers that speaks JSON notes go in JSON, and so they do where none of hers takes messages live.
09:00:10 alice presence.online {"device":"phone","class":"pc"} -> accepted
  presence.online user alice, device phone, class pc, lease_ms 45000, encoding json
09:00:11 alice message.send {"to":["bob","carol"],"text":"three"} -> accepted m12
  message.accepted message m12, from alice, to [bob, carol], text three, route auto
  delivery.routed message m12, to bob, channel live, because pc_online, seen 4, encoding msgpack
  delivery.routed message m12, to carol, channel sms, because no_device_online
# The recipient's clients are told of a recall, in what they read.
09:00:12 alice message.recall {"message":"m12"} -> accepted
  delivery.recalled message m12, to bob, from alice, to_encoding msgpack
  delivery.recalled message m12, to carol, from alice
09:00:13 alice presence.offline {"device":"phone"} -> accepted
  presence.offline user alice, device phone, because said
09:00:14 alice presence.offline {"device":"desk"} -> accepted
  presence.offline user alice, device desk, because said
09:00:15 alice presence.online msgpack {"device":"old","class":"pull"} -> accepted
  presence.online user alice, device old, class pull, lease_ms 45000, encoding msgpack
09:00:16 alice message.send {"to":["carol"],"text":"four","route":"sms"} -> accepted m17
  message.accepted message m17, from alice, to [carol], text four, route sms
  delivery.routed message m17, to carol, channel sms, because asked_for
09:00:17 _sms attempt.ask {"deliveries":[{"message":"m17","to":"carol"}]} -> accepted
  attempt.granted channel sms, message m17, to carol, phone +447700900003, from "100001"
09:00:18 _sms attempt.report {"reports":[{"unknown":{"attempt":{"message":"m17","to":"carol","connector":"main","ids":[]},"why":"no_response"}}]} -> accepted
  attempt.unknown channel sms, attempt {message m17, to carol, connector main}, why no_response, from alice
09:00:19 _sms attempt.report {"reports":[{"receipt":{"message":"m17","to":"carol","state":"undeliverable"}}]} -> accepted
  attempt.receipt channel sms, receipt {message m17, to carol, segment 0, segments 1, state undeliverable}
  delivery.failed message m17, to carol, reason receipt_undeliverable, from alice
09:00:20 alice presence.online msgpack {"device":"desk","class":"pc"} -> accepted
  presence.online user alice, device desk, class pc, lease_ms 45000, encoding msgpack
09:00:21 alice message.send {"to":["carol"],"text":"five","route":"im","expires_in":"5s"} -> accepted m22
  message.accepted message m22, from alice, to [carol], text five, route im, expires @09:00:26
  delivery.routed message m22, to carol, channel none, because no_device_online
  timer.set timer expire-m22, due @09:00:26
09:00:27 _clock timer.fired {"timer":"expire-m22","due":@09:00:26} -> accepted
  delivery.expired message m22, to carol, from alice, encoding msgpack
09:00:28 carol contact.block {"who":"alice"} -> accepted
  contact.blocked user carol, who alice
09:00:29 alice message.send {"to":["carol"],"text":"six"} -> accepted m25
  message.accepted message m25, from alice, to [carol], text six, route auto
  delivery.filtered message m25, to carol, reason blocked, from alice, encoding msgpack

# What waits of somebody who was suspended since does not go out any more, by whatever channel.
09:01:00 bob presence.offline {"device":"pc"} -> accepted
  presence.offline user bob, device pc, because said
09:01:01 alice message.send {"to":["bob"],"text":"an offer"} -> accepted m27
  message.accepted message m27, from alice, to [bob], text "an offer", route auto
  delivery.routed message m27, to bob, channel none, because no_device_online
09:01:02 alice message.send {"to":["+447700900123"],"text":"an offer"} -> accepted m28
  message.accepted message m28, from alice, to [+447700900123], text "an offer", route auto
  delivery.routed message m28, to +447700900123, channel sms, because not_registered
09:01:03 alice message.send {"to":["bob"],"text":"an offer to his phone","route":"sms"} -> accepted m29
  message.accepted message m29, from alice, to [bob], text "an offer to his phone", route sms
  delivery.routed message m29, to bob, channel none, because no_phone
09:01:04 _admin user.suspend {"name":"alice"} -> accepted
  user.suspended user alice
09:01:05 bob presence.online {"device":"pc","class":"pc"} -> accepted
  presence.online user bob, device pc, class pc, lease_ms 45000, encoding json
  delivery.filtered message m27, to bob, reason suspended, from alice, encoding msgpack
09:01:06 _sms attempt.ask {"deliveries":[{"message":"m28","to":"+447700900123"}]} -> accepted
  attempt.let_go channel sms, message m28, to +447700900123
  delivery.filtered message m28, to +447700900123, reason suspended, from alice, encoding msgpack
