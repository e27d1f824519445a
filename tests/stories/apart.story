# Of one message each recipient's delivery is its own: what becomes of one says nothing of the others.

09:00:00 _admin user.register {"name":"alice"} -> accepted alice 100001
  user.registered user alice, im "100001", details {}
09:00:01 _admin user.register {"name":"bob"} -> accepted bob 100002
  user.registered user bob, im "100002", details {}
09:00:02 _admin user.register {"name":"carol"} -> accepted carol 100003
  user.registered user carol, im "100003", details {}
09:00:03 alice message.send {"to":["+447700900121","+447700900122","+447700900123"],"text":"to three phones"} -> accepted m4
  message.accepted message m4, from alice, to [+447700900121, +447700900122, +447700900123], text "to three phones", route auto, counts 3
  delivery.routed message m4, to +447700900121, channel sms, because not_registered
  delivery.routed message m4, to +447700900122, channel sms, because not_registered
  delivery.routed message m4, to +447700900123, channel sms, because not_registered
09:00:04 _sms attempt.ask {"deliveries":[{"message":"m4","to":"+447700900121"}],"grant":1} -> accepted
  attempt.granted channel sms, message m4, to +447700900121, phone +447700900121, from "100001", grant 1
09:00:05 _sms attempt.ask {"deliveries":[{"message":"m4","to":"+447700900122"}],"grant":2} -> accepted
  attempt.granted channel sms, message m4, to +447700900122, phone +447700900122, from "100001", grant 2
09:00:06 _sms attempt.report {"reports":[{"failed":{"attempt":{"message":"m4","to":"+447700900121","connector":"main","grant":1},"reason":"smsc_0x0000000b"}}]} -> accepted
  attempt.failed channel sms, attempt {message m4, to +447700900121, connector main, grant 1}, reason smsc_0x0000000b
  delivery.failed message m4, to +447700900121, reason smsc_0x0000000b, from alice
09:00:07 _sms attempt.report {"reports":[{"deferred":{"attempt":{"message":"m4","to":"+447700900122","grant":2},"class":"not_sent","why":"not_sent"}}]} -> accepted
  attempt.deferred channel sms, attempt {message m4, to +447700900122, grant 2}, class not_sent, why not_sent
09:00:08 _sms attempt.ask {"deliveries":[{"message":"m4","to":"+447700900121"},{"message":"m4","to":"+447700900122"}],"grant":3} -> accepted
  attempt.let_go channel sms, message m4, to +447700900121
  attempt.granted channel sms, message m4, to +447700900122, phone +447700900122, from "100001", grant 3
09:00:09 alice message.recall {"message":"m4"} -> accepted
  delivery.recalled message m4, to +447700900123, from alice

# Bob has confirmed it: it is taken back from the others alone, and expires for nobody.
09:01:00 alice message.send {"to":["bob","carol","+447700900121"],"text":"to two of them","expires_in":"1h"} -> accepted m11
  message.accepted message m11, from alice, to [bob, carol, +447700900121], text "to two of them", route auto, expires @10:01:00
  delivery.routed message m11, to bob, channel none, because no_device_online
  delivery.routed message m11, to carol, channel none, because no_device_online
  delivery.routed message m11, to +447700900121, channel sms, because not_registered
  timer.set timer expire-m11, due @10:01:00
09:01:01 bob message.received {"message":"m11"} -> accepted
  delivery.delivered message m11, to bob, from alice
09:01:02 alice message.recall {"message":"m11"} -> accepted
  delivery.recalled message m11, to carol, from alice
  delivery.recalled message m11, to +447700900121, from alice
10:01:00 _clock timer.fired {"timer":"expire-m11","due":@10:01:00} -> accepted
