# Whoever goes offline without confirming what they had live gets it by the next channel of its route, and never by both in silence.
09:00:00 _admin user.register {"name":"alice"} -> accepted alice 100001
  user.registered user alice, im "100001", details {}
09:00:01 _admin user.register {"name":"bob","phone":"+447700900001"} -> accepted bob 100002
  user.registered user bob, im "100002", details {phone +447700900001}
09:00:02 bob presence.online {"device":"laptop","class":"pc"} -> accepted
  presence.online user bob, device laptop, class pc, lease_ms 45000, encoding json
09:00:03 alice message.send {"to":["bob"],"text":"to the client"} -> accepted m4
  message.accepted message m4, from alice, to [bob], text "to the client", route auto
  delivery.routed message m4, to bob, channel live, because pc_online, seen 3, encoding json
09:00:04 alice message.send {"to":["bob"],"text":"to the client alone","route":"im"} -> accepted m5
  message.accepted message m5, from alice, to [bob], text "to the client alone", route im
  delivery.routed message m5, to bob, channel live, because pc_online, seen 3, encoding json
09:00:05 alice message.send {"to":["bob"],"text":"confirmed"} -> accepted m6
  message.accepted message m6, from alice, to [bob], text confirmed, route auto
  delivery.routed message m6, to bob, channel live, because pc_online, seen 3, encoding json
09:00:06 bob message.received {"message":"m6"} -> accepted
  delivery.delivered message m6, to bob, from alice
09:01:00 _lease presence.lapsed {"user":"bob","device":"laptop","since":3} -> accepted
  presence.offline user bob, device laptop, because lapsed
  delivery.routed message m4, to bob, channel sms, because went_offline, body 4

# Back before the bridge has asked, he has it live, and the bridge lets it go.
09:01:01 bob presence.online {"device":"laptop","class":"pc"} -> accepted
  presence.online user bob, device laptop, class pc, lease_ms 45000, encoding json
  delivery.routed message m4, to bob, channel live, because came_online, body 4, encoding json
  delivery.routed message m5, to bob, channel live, because came_online, body 5, encoding json
09:01:02 _sms attempt.ask {"deliveries":[{"message":"m4","to":"bob"}]} -> accepted
  attempt.let_go channel sms, message m4, to bob

# Back after the SMS was granted, he gets that; a confirmation that comes late is taken at its word.
09:02:00 bob presence.offline {"device":"laptop"} -> accepted
  presence.offline user bob, device laptop, because said
  delivery.routed message m4, to bob, channel sms, because went_offline, body 4
09:02:01 _sms attempt.ask {"deliveries":[{"message":"m4","to":"bob"}],"grant":1} -> accepted
  attempt.granted channel sms, message m4, to bob, phone +447700900001, from "100001", grant 1
09:02:02 bob presence.online {"device":"laptop","class":"pc"} -> accepted
  presence.online user bob, device laptop, class pc, lease_ms 45000, encoding json
  delivery.routed message m5, to bob, channel live, because came_online, body 5, encoding json
09:02:03 bob message.received {"messages":["m4","m5"]} -> accepted
  delivery.delivered message m4, to bob, from alice
  delivery.delivered message m5, to bob, from alice
09:02:04 _sms attempt.report {"reports":[{"accepted":{"attempt":{"message":"m4","to":"bob","connector":"main","ids":["7f"],"grant":1},"receipts":true}}]} -> accepted
  attempt.accepted channel sms, attempt {message m4, to bob, connector main, ids [7f], grant 1}, receipts true

# Of two devices both have it: it goes on when the second one has gone too. The pull store comes before the phone.
09:03:00 bob presence.online {"device":"phone","class":"pc"} -> accepted
  presence.online user bob, device phone, class pc, lease_ms 45000, encoding json
09:03:01 alice message.send {"to":["bob"],"text":"to both"} -> accepted m17
  message.accepted message m17, from alice, to [bob], text "to both", route auto
  delivery.routed message m17, to bob, channel live, because pc_online, seen 18, encoding json
09:03:02 bob presence.offline {"device":"laptop"} -> accepted
  presence.offline user bob, device laptop, because said
09:03:03 bob presence.online {"device":"old","class":"pull"} -> accepted
  presence.online user bob, device old, class pull, lease_ms 45000, encoding json
09:03:04 alice message.send {"to":["bob"],"text":"to him there","route":"im"} -> accepted m20
  message.accepted message m20, from alice, to [bob], text "to him there", route im
  delivery.routed message m20, to bob, channel live, because pc_online, seen 18, encoding json
09:03:05 bob presence.offline {"device":"phone"} -> accepted
  presence.offline user bob, device phone, because said
  delivery.routed message m17, to bob, channel pull, because went_offline, body 19
  delivery.routed message m20, to bob, channel pull, because went_offline, body 22
09:03:06 alice message.send {"to":["bob"],"text":"to be fetched"} -> accepted m22
  message.accepted message m22, from alice, to [bob], text "to be fetched", route auto
  delivery.routed message m22, to bob, channel pull, because pull_online, seen 21
09:03:07 bob presence.offline {"device":"old"} -> accepted
  presence.offline user bob, device old, because said
  delivery.routed message m17, to bob, channel sms, because went_offline, body 19
  delivery.routed message m22, to bob, channel sms, because went_offline, body 25

# What was recalled meanwhile is not asked for again.
09:03:08 alice message.recall {"message":"m17"} -> accepted
  delivery.recalled message m17, to bob, from alice
09:03:09 _sms attempt.ask {"deliveries":[{"message":"m17","to":"bob"}]} -> accepted
  attempt.let_go channel sms, message m17, to bob

# Without a phone, or against their wish, it stays with the client that may come back.
09:04:00 _admin user.register {"name":"carol"} -> accepted carol 100003
  user.registered user carol, im "100003", details {}
09:04:01 carol presence.online {"device":"laptop","class":"pc"} -> accepted
  presence.online user carol, device laptop, class pc, lease_ms 45000, encoding json
09:04:02 alice message.send {"to":["carol"],"text":"no other way"} -> accepted m28
  message.accepted message m28, from alice, to [carol], text "no other way", route auto
  delivery.routed message m28, to carol, channel live, because pc_online, seen 31, encoding json
09:04:03 carol presence.offline {"device":"laptop"} -> accepted
  presence.offline user carol, device laptop, because said
09:04:04 _admin user.set {"name":"carol","phone":"+447700900003"} -> accepted
  user.changed user carol, details {phone +447700900003}
09:04:05 carol preference.set {"sms":"off"} -> accepted
  preference.set user carol, sms false
09:04:06 carol presence.online {"device":"laptop","class":"pc"} -> accepted
  presence.online user carol, device laptop, class pc, lease_ms 45000, encoding json
  delivery.routed message m28, to carol, channel live, because came_online, body 32, encoding json
09:04:07 carol presence.offline {"device":"laptop"} -> accepted
  presence.offline user carol, device laptop, because said

# At each send it is looked at again: who blocked the sender since, or was suspended, does not get it, nor what has expired.
09:05:00 carol preference.set {"sms":"on"} -> accepted
  preference.set user carol, sms true
09:05:01 carol contact.block {"who":"alice"} -> accepted
  contact.blocked user carol, who alice
09:05:02 carol presence.online {"device":"laptop","class":"pc"} -> accepted
  presence.online user carol, device laptop, class pc, lease_ms 45000, encoding json
  delivery.filtered message m28, to carol, reason blocked, from alice
09:06:00 _admin user.register {"name":"dave","phone":"+447700900004"} -> accepted dave 100004
  user.registered user dave, im "100004", details {phone +447700900004}
09:06:01 dave presence.online {"device":"laptop","class":"pc"} -> accepted
  presence.online user dave, device laptop, class pc, lease_ms 45000, encoding json
09:06:02 alice message.send {"to":["dave"],"text":"till seven past","expires_in":"58s"} -> accepted m39
  message.accepted message m39, from alice, to [dave], text "till seven past", route auto, expires @09:07:00
  delivery.routed message m39, to dave, channel live, because pc_online, seen 43, encoding json
  timer.set timer expire-m39, due @09:07:00
09:06:03 alice message.send {"to":["dave"],"text":"to somebody suspended"} -> accepted m40
  message.accepted message m40, from alice, to [dave], text "to somebody suspended", route auto
  delivery.routed message m40, to dave, channel live, because pc_online, seen 43, encoding json
09:06:04 bob message.send {"to":["dave"],"text":"to somebody suspended by route","route":"im"} -> accepted m41
  message.accepted message m41, from bob, to [dave], text "to somebody suspended by route", route im
  delivery.routed message m41, to dave, channel live, because pc_online, seen 43, encoding json
09:06:05 _admin user.suspend {"name":"dave"} -> accepted
  user.suspended user dave
09:07:00 _lease presence.lapsed {"user":"dave","device":"laptop","since":43} -> accepted
  presence.offline user dave, device laptop, because lapsed
  delivery.expired message m39, to dave, from alice
  delivery.filtered message m40, to dave, reason suspended, from alice
09:07:01 _admin user.resume {"name":"dave"} -> accepted
  user.resumed user dave
09:07:02 dave presence.online {"device":"laptop","class":"pc"} -> accepted
  presence.online user dave, device laptop, class pc, lease_ms 45000, encoding json
  delivery.routed message m41, to dave, channel live, because came_online, body 47, encoding json
09:08:00 alice message.send {"to":["dave"],"text":"not confirmed","escalate_after":"10s"} -> accepted m46
  message.accepted message m46, from alice, to [dave], text "not confirmed", route auto
  delivery.routed message m46, to dave, channel live, because pc_online, seen 53, encoding json
  timer.set timer escalate-m46, due @09:08:10
09:08:01 alice message.send {"to":["dave"],"text":"not confirmed in time","expires_in":"9s"} -> accepted m47
  message.accepted message m47, from alice, to [dave], text "not confirmed in time", route auto, expires @09:08:10
  delivery.routed message m47, to dave, channel live, because pc_online, seen 53, encoding json
  timer.set timer expire-m47, due @09:08:10
09:08:02 dave contact.block {"who":"alice"} -> accepted
  contact.blocked user dave, who alice
09:08:10 _clock timer.fired {"timer":"escalate-m46","due":@09:08:10} -> accepted
  delivery.filtered message m46, to dave, reason blocked, from alice
09:08:11 dave presence.online {"device":"laptop","class":"pc"} -> accepted
  presence.online user dave, device laptop, class pc, lease_ms 45000, encoding json
  delivery.routed message m41, to dave, channel live, because came_online, body 47, encoding json
  delivery.expired message m47, to dave, from alice
09:08:12 _clock timer.fired {"timer":"expire-m47","due":@09:08:10} -> accepted
