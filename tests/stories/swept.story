# What nobody gave a deadline is kept for thirty days, and no timer is set for it: the sweep ends it, and what an SMSC never answered.
09:00:00 _admin user.register {"name":"alice"} -> accepted alice 100001
  user.registered user alice, im "100001", details {}
09:00:01 _admin user.register {"name":"bob"} -> accepted bob 100002
  user.registered user bob, im "100002", details {}
09:00:02 _admin user.register {"name":"carol","phone":"+447700900003"} -> accepted carol 100003
  user.registered user carol, im "100003", details {phone +447700900003}
09:00:03 alice message.send {"to":["bob"],"text":"waits","route":"im"} -> accepted m4
  message.accepted message m4, from alice, to [bob], text waits, route im
  delivery.routed message m4, to bob, channel none, because no_device_online
09:00:04 alice message.send {"to":["bob"],"text":"has a deadline","route":"im","expires_in":"60d"} -> accepted m5
  message.accepted message m5, from alice, to [bob], text "has a deadline", route im, expires @2027-01-30T09:00:04
  delivery.routed message m5, to bob, channel none, because no_device_online
  timer.set timer expire-m5, due @2027-01-30T09:00:04
09:00:05 alice message.send {"to":["carol","bob"],"text":"to two"} -> accepted m6
  message.accepted message m6, from alice, to [carol, bob], text "to two", route auto
  delivery.routed message m6, to carol, channel sms, because no_device_online
  delivery.routed message m6, to bob, channel none, because no_device_online
09:00:06 alice message.send {"to":["carol"],"text":"granted"} -> accepted m7
  message.accepted message m7, from alice, to [carol], text granted, route auto
  delivery.routed message m7, to carol, channel sms, because no_device_online
09:00:07 alice message.send {"to":["carol"],"text":"in doubt"} -> accepted m8
  message.accepted message m8, from alice, to [carol], text "in doubt", route auto
  delivery.routed message m8, to carol, channel sms, because no_device_online
09:00:08 alice message.send {"to":["carol"],"text":"queued"} -> accepted m9
  message.accepted message m9, from alice, to [carol], text queued, route auto
  delivery.routed message m9, to carol, channel sms, because no_device_online
09:00:09 _sms attempt.ask {"deliveries":[{"message":"m6","to":"carol"},{"message":"m7","to":"carol"},{"message":"m8","to":"carol"}]} -> accepted
  attempt.granted channel sms, message m6, to carol, phone +447700900003, from "100001"
  attempt.granted channel sms, message m7, to carol, phone +447700900003, from "100001"
  attempt.granted channel sms, message m8, to carol, phone +447700900003, from "100001"
09:00:10 _sms attempt.report {"reports":[{"accepted":{"attempt":{"message":"m6","to":"carol","connector":"main","ids":["7f"]},"receipts":true}},{"unknown":{"attempt":{"message":"m8","to":"carol","connector":"main"},"why":"no_response"}}]} -> accepted
  attempt.accepted channel sms, attempt {message m6, to carol, connector main, ids [7f]}, receipts true
  attempt.unknown channel sms, attempt {message m8, to carol, connector main}, why no_response, from alice
09:00:11 _sms phone.received {"connector":"main","from":"+447700900003","called":"service","text":"help"} -> accepted
  phone.received connector main, from +447700900003, called service, said help
  message.accepted message m12, from _homing, to [carol], text "Reply to a message to answer its sender. Send STOP to get no more SMS, START to get them again, HELP for this text.", route sms, expires @02T09:00:11
  delivery.routed message m12, to carol, channel sms, because answer
31T09:00:02 _clock message.sweep {} -> accepted
31T09:00:03 _clock message.sweep {} -> accepted
  delivery.expired message m4, to bob, from alice
31T09:00:11 _clock message.sweep {} -> accepted
  delivery.expired message m6, to bob, from alice
  delivery.expired message m8, to carol, from alice
  delivery.expired message m9, to carol, from alice
  delivery.expired message m12, to carol
  attempt.silent channel sms, message m6, to carol
  attempt.unknown channel sms, attempt {message m7, to carol}, why bridge_lost, from alice
  attempt.silent channel sms, message m7, to carol
31T09:00:12 _clock message.sweep {} -> accepted
31T09:00:13 alice message.sweep {} -> refused auth.not_allowed
  command.refused code auth.not_allowed, text "alice may not send message.sweep"

# Who sends nothing that is worth more than a day has that as their deadline, where they name none; then a timer watches it.
31T10:00:00 _admin user.set {"name":"alice","limits":{"expires_in":"1d"}} -> accepted
  user.changed user alice, details {limits {expires_in 1d}}
31T10:00:01 alice message.send {"to":["bob"],"text":"till tomorrow","route":"im"} -> accepted m19
  message.accepted message m19, from alice, to [bob], text "till tomorrow", route im, expires @2027-01-01T10:00:01
  delivery.routed message m19, to bob, channel none, because no_device_online
  timer.set timer expire-m19, due @2027-01-01T10:00:01
31T10:00:02 alice message.send {"to":["bob"],"text":"for an hour","route":"im","expires_in":"1h"} -> accepted m20
  message.accepted message m20, from alice, to [bob], text "for an hour", route im, expires @31T11:00:02
  delivery.routed message m20, to bob, channel none, because no_device_online
  timer.set timer expire-m20, due @31T11:00:02
31T10:00:03 _admin user.set {"name":"alice","limits":{"expires_in":null}} -> accepted
  user.changed user alice, details {limits {expires_in null}}
31T10:00:04 _admin user.set {"name":"alice","limits":{"expires_in":"0s"}} -> refused message.bad_deadline limits.expires_in
  command.refused code message.bad_deadline, text "a deadline lies between one second and one year ahead", field limits.expires_in
2027-02-01T09:00:00 _clock message.sweep {} -> accepted
