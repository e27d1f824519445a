# The channel is what reaches the person: client, pull store, SMS, or none yet; and never against their wish.

09:00:00 _admin user.register {"name":"alice"} -> accepted alice 100001
  user.registered user alice, im "100001", details {}
09:00:01 _admin user.register {"name":"carol","phone":"+8613800138000"} -> accepted carol 100002
  user.registered user carol, im "100002", details {phone +8613800138000}
09:00:02 alice message.send {"to":["carol"],"text":"by SMS"} -> accepted m3
  message.accepted message m3, from alice, to [carol], text "by SMS", route auto
  delivery.routed message m3, to carol, channel sms, because no_device_online
09:00:03 alice message.send {"to":["+8613800138000"],"text":"her phone is she"} -> accepted m4
  message.accepted message m4, from alice, to [carol], text "her phone is she", route auto
  delivery.routed message m4, to carol, channel sms, because no_device_online
09:00:04 alice message.send {"to":["+447700900123"],"text":"a phone of nobody"} -> accepted m5
  message.accepted message m5, from alice, to [+447700900123], text "a phone of nobody", route auto
  delivery.routed message m5, to +447700900123, channel sms, because not_registered
09:00:05 alice message.send {"to":["+447700900123"],"text":"no client","route":"im"} -> refused message.no_recipient to
  command.refused code message.no_recipient, text "an unregistered phone cannot be reached by im", field to
09:00:06 alice message.send {"to":["carol"],"text":"client only","route":"im"} -> accepted m7
  message.accepted message m7, from alice, to [carol], text "client only", route im
  delivery.routed message m7, to carol, channel none, because no_device_online
09:00:07 carol presence.online {"device":"old","class":"pull"} -> accepted
  presence.online user carol, device old, class pull, lease_ms 45000, encoding json
  delivery.routed message m7, to carol, channel pull, because came_online, body 7
09:00:08 alice message.send {"to":["carol"],"text":"fetched"} -> accepted m9
  message.accepted message m9, from alice, to [carol], text fetched, route auto
  delivery.routed message m9, to carol, channel pull, because pull_online, seen 8
09:00:09 alice message.send {"to":["carol"],"parts":[{"type":"image/png","name":"a.png","data":"iVBORw=="}],"route":"mms"} -> accepted m10
  message.accepted message m10, from alice, to [carol], parts [{type "image/png", name a.png, data "iVBORw=="}], route mms
  delivery.routed message m10, to carol, channel mms, because asked_for
09:00:10 carol preference.set {"sms":"off"} -> accepted
  preference.set user carol, sms false
09:00:11 carol preference.set {"sms":"off"} -> accepted
09:00:12 alice message.send {"to":["carol"],"text":"not wished","route":"sms"} -> accepted m13
  message.accepted message m13, from alice, to [carol], text "not wished", route sms
  delivery.filtered message m13, to carol, reason opted_out, from alice
09:00:13 carol presence.offline {"device":"old"} -> accepted
  presence.offline user carol, device old, because said
09:00:14 alice message.send {"to":["carol"],"text":"waits for a client"} -> accepted m15
  message.accepted message m15, from alice, to [carol], text "waits for a client", route auto
  delivery.routed message m15, to carol, channel none, because sms_off
09:00:15 carol contact.block {"who":"alice"} -> accepted
  contact.blocked user carol, who alice
09:00:16 alice message.send {"to":["carol"],"text":"blocked"} -> accepted m17
  message.accepted message m17, from alice, to [carol], text blocked, route auto
  delivery.filtered message m17, to carol, reason blocked, from alice
09:00:17 carol contact.add {"who":"alice","alias":"A."} -> accepted
  contact.added user carol, who alice, alias A.
09:00:18 carol presence.online {"device":"laptop","class":"pc"} -> accepted
  presence.online user carol, device laptop, class pc, lease_ms 45000, encoding json
  delivery.routed message m3, to carol, channel live, because came_online, body 3, encoding json
  delivery.routed message m4, to carol, channel live, because came_online, body 4, encoding json
  delivery.routed message m7, to carol, channel live, because came_online, body 7, encoding json
  delivery.routed message m9, to carol, channel live, because came_online, body 9, encoding json
  delivery.routed message m15, to carol, channel live, because came_online, body 14, encoding json
09:00:19 _admin user.suspend {"name":"carol"} -> accepted
  user.suspended user carol
09:00:20 alice message.send {"to":["carol"],"text":"suspended"} -> accepted m21
  message.accepted message m21, from alice, to [carol], text suspended, route auto
  delivery.filtered message m21, to carol, reason suspended, from alice
09:00:21 _admin user.resume {"name":"carol"} -> accepted
  user.resumed user carol
