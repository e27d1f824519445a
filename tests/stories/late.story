# What comes too late changes nothing: a question after the deadline, and what an adapter says of what went another way since.

09:00:00 _admin user.register {"name":"alice"} -> accepted alice 100001
  user.registered user alice, im "100001", details {}
09:00:01 _admin user.register {"name":"bob","phone":"+447700900001"} -> accepted bob 100002
  user.registered user bob, im "100002", details {phone +447700900001}
09:00:02 alice message.send {"to":["+447700900121"],"text":"for a minute","expires_in":"1m"} -> accepted m3
  message.accepted message m3, from alice, to [+447700900121], text "for a minute", route auto, expires @09:01:02
  delivery.routed message m3, to +447700900121, channel sms, because not_registered
  timer.set timer expire-m3, due @09:01:02
09:01:02 _sms attempt.ask {"deliveries":[{"message":"m3","to":"+447700900121"}],"grant":1} -> accepted
  attempt.let_go channel sms, message m3, to +447700900121
  delivery.expired message m3, to +447700900121, from alice
09:01:03 _clock timer.fired {"timer":"expire-m3","due":@09:01:02} -> accepted

# Nobody knows whether he has it by SMS, so bob has it live: that the SMSC took it after all does not take it away again.
09:02:00 alice message.send {"to":["bob"],"text":"one"} -> accepted m6
  message.accepted message m6, from alice, to [bob], text one, route auto
  delivery.routed message m6, to bob, channel sms, because no_device_online
09:02:01 alice message.send {"to":["bob"],"text":"two"} -> accepted m7
  message.accepted message m7, from alice, to [bob], text two, route auto
  delivery.routed message m7, to bob, channel sms, because no_device_online
09:02:02 alice message.send {"to":["bob"],"text":"three"} -> accepted m8
  message.accepted message m8, from alice, to [bob], text three, route auto
  delivery.routed message m8, to bob, channel sms, because no_device_online
09:02:03 _sms attempt.ask {"deliveries":[{"message":"m6","to":"bob"},{"message":"m7","to":"bob"},{"message":"m8","to":"bob"}],"grant":2} -> accepted
  attempt.granted channel sms, message m6, to bob, phone +447700900001, from "100001", grant 2
  attempt.granted channel sms, message m7, to bob, phone +447700900001, from "100001", grant 2
  attempt.granted channel sms, message m8, to bob, phone +447700900001, from "100001", grant 2
09:02:04 _sms attempt.report {"reports":[{"unknown":{"attempt":{"message":"m6","to":"bob","grant":2},"why":"disconnected"}},{"unknown":{"attempt":{"message":"m7","to":"bob","grant":2},"why":"disconnected"}},{"unknown":{"attempt":{"message":"m8","to":"bob","grant":2},"why":"disconnected"}}]} -> accepted
  attempt.unknown channel sms, attempt {message m6, to bob, grant 2}, why disconnected, from alice
  attempt.unknown channel sms, attempt {message m7, to bob, grant 2}, why disconnected, from alice
  attempt.unknown channel sms, attempt {message m8, to bob, grant 2}, why disconnected, from alice
09:02:05 bob presence.online {"device":"laptop","class":"pc"} -> accepted
  presence.online user bob, device laptop, class pc, lease_ms 45000, encoding json
  delivery.routed message m6, to bob, channel live, because came_online, body 6, encoding json
  delivery.routed message m7, to bob, channel live, because came_online, body 7, encoding json
  delivery.routed message m8, to bob, channel live, because came_online, body 8, encoding json
09:02:06 _sms attempt.report {"reports":[{"accepted":{"attempt":{"message":"m6","to":"bob","connector":"main","ids":["7f"],"grant":2},"receipts":true}},{"accepted":{"attempt":{"message":"m7","to":"bob","connector":"main","ids":["80"],"grant":2},"receipts":false}},{"failed":{"attempt":{"message":"m8","to":"bob","connector":"main","grant":2},"reason":"smsc_0x0000000b"}}]} -> accepted
  attempt.accepted channel sms, attempt {message m6, to bob, connector main, ids [7f], grant 2}, receipts true
  attempt.accepted channel sms, attempt {message m7, to bob, connector main, ids ["80"], grant 2}, receipts false
  attempt.failed channel sms, attempt {message m8, to bob, connector main, grant 2}, reason smsc_0x0000000b
09:02:07 alice message.recall {"message":"m6"} -> accepted
  delivery.recalled message m6, to bob, from alice
09:02:08 bob message.received {"messages":["m7","m8"]} -> accepted
  delivery.delivered message m7, to bob, from alice
  delivery.delivered message m8, to bob, from alice

# Said in one breath or one by one: without receipts the acceptance was the end, and nothing ends twice.
09:03:00 bob presence.offline {"device":"laptop"} -> accepted
  presence.offline user bob, device laptop, because said
09:03:01 alice message.send {"to":["bob"],"text":"four"} -> accepted m16
  message.accepted message m16, from alice, to [bob], text four, route auto
  delivery.routed message m16, to bob, channel sms, because no_device_online
09:03:02 _sms attempt.ask {"deliveries":[{"message":"m16","to":"bob"}],"grant":3} -> accepted
  attempt.granted channel sms, message m16, to bob, phone +447700900001, from "100001", grant 3
09:03:03 _sms attempt.report {"reports":[{"accepted":{"attempt":{"message":"m16","to":"bob","connector":"main","ids":["81"],"grant":3},"receipts":false}},{"receipt":{"message":"m16","to":"bob","state":"delivered"}}]} -> accepted
  attempt.accepted channel sms, attempt {message m16, to bob, connector main, ids ["81"], grant 3}, receipts false
  attempt.receipt channel sms, receipt {message m16, to bob, segment 0, segments 1, state delivered}
09:03:04 _sms attempt.report {"reports":[{"receipt":{"message":"m16","to":"bob","state":"delivered"}},{"failed":{"attempt":{"message":"m16","to":"bob","connector":"main","grant":3},"reason":"smsc_0x0000000b"}}]} -> accepted
  attempt.receipt channel sms, receipt {message m16, to bob, segment 0, segments 1, state delivered}
  attempt.failed channel sms, attempt {message m16, to bob, connector main, grant 3}, reason smsc_0x0000000b

# Bob has confirmed it while it was with the bridge: that it never left is no news.
09:04:00 alice message.send {"to":["bob"],"text":"five"} -> accepted m20
  message.accepted message m20, from alice, to [bob], text five, route auto
  delivery.routed message m20, to bob, channel sms, because no_device_online
09:04:01 _sms attempt.ask {"deliveries":[{"message":"m20","to":"bob"}],"grant":4} -> accepted
  attempt.granted channel sms, message m20, to bob, phone +447700900001, from "100001", grant 4
09:04:02 bob message.received {"message":"m20"} -> accepted
  delivery.delivered message m20, to bob, from alice
09:04:03 _sms attempt.report {"reports":[{"deferred":{"attempt":{"message":"m20","to":"bob","grant":4},"class":"not_sent","why":"not_sent"}}]} -> accepted
