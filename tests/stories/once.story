# The same id again changes nothing and gets the first outcome; with another content it is refused.

09:00:00 _admin user.register {"name":"alice"} -> accepted alice 100001
  user.registered user alice, im "100001", details {}
09:00:01 _admin user.register {"name":"bob"} -> accepted bob 100002
  user.registered user bob, im "100002", details {}
09:00:02 alice message.send {"to":["bob"],"text":"once","id":"k1"} -> accepted m3
  message.accepted message m3, from alice, to [bob], text once, route auto
  delivery.routed message m3, to bob, channel none, because no_device_online
09:00:03 alice message.send {"id":"k1", "text":"once", "to":["bob"]} -> accepted m3
09:00:04 alice message.send {"to":["bob"],"text":"twice","id":"k1"} -> refused command.id_reused id
  command.refused code command.id_reused, text "this id was used before with another content", field id
# The first outcome may be a refusal.
09:00:05 alice message.send {"to":["dave"],"text":"who?","id":"k2"} -> refused message.no_recipient to
  command.refused code message.no_recipient, text "dave is not registered", field to
09:00:06 _admin user.register {"name":"dave"} -> accepted dave 100003
  user.registered user dave, im "100003", details {}
09:00:07 alice message.send {"to":["dave"],"text":"who?","id":"k2"} -> refused message.no_recipient to: dave is not registered
# Another user's id is another id.
09:00:08 bob message.send {"to":["dave"],"text":"mine","id":"k1"} -> accepted m9
  message.accepted message m9, from bob, to [dave], text mine, route auto
  delivery.routed message m9, to dave, channel none, because no_device_online
# A registration said again is the same wish.
09:00:09 _admin user.register {"name":"dave"} -> accepted dave 100003
09:00:10 _admin user.register {"name":"dave","phone":"+447700900003"} -> refused user.exists name
  command.refused code user.exists, text "dave is registered already, with other details; change them with user.set", field name
# An id is remembered for seven days, whatever else is said in them; what is said after them forgets it.
08T09:00:00 alice message.send {"to":["bob"],"text":"a week","id":"k3"} -> accepted m12
  message.accepted message m12, from alice, to [bob], text "a week", route auto
  delivery.routed message m12, to bob, channel none, because no_device_online
15T08:59:58 alice message.send {"to":["bob"],"text":"less","id":"k4"} -> accepted m13
  message.accepted message m13, from alice, to [bob], text less, route auto
  delivery.routed message m13, to bob, channel none, because no_device_online
15T08:59:59 alice message.send {"to":["bob"],"text":"a week","id":"k3"} -> accepted m12
15T09:00:00 alice message.send {"to":["bob"],"text":"more","id":"k5"} -> accepted m15
  message.accepted message m15, from alice, to [bob], text more, route auto
  delivery.routed message m15, to bob, channel none, because no_device_online
15T09:00:01 alice message.send {"to":["bob"],"text":"a week","id":"k3"} -> accepted m16
  message.accepted message m16, from alice, to [bob], text "a week", route auto
  delivery.routed message m16, to bob, channel none, because no_device_online
