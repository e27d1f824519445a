# What is kept of a user's ids has a budget, counted by the day (UTC): over it a command with another id is refused until a time that is told.
09:00:00 _admin user.register {"name":"alice"} -> accepted alice 100001
  user.registered user alice, im "100001", details {}
09:00:01 _admin user.register {"name":"bob"} -> accepted bob 100002
  user.registered user bob, im "100002", details {}
09:00:02 _admin user.set {"name":"alice","limits":{"ids_bytes":150}} -> accepted
  user.changed user alice, details {limits {ids_bytes 150}}
# An accepted message costs 49 bytes: three of them fit.
09:00:03 alice message.send {"to":["bob"],"text":"one","id":"k1"} -> accepted m4
  message.accepted message m4, from alice, to [bob], text one, route auto
  delivery.routed message m4, to bob, channel none, because no_device_online
09:00:04 alice message.send {"to":["bob"],"text":"two","id":"k2"} -> accepted m5
  message.accepted message m5, from alice, to [bob], text two, route auto
  delivery.routed message m5, to bob, channel none, because no_device_online
02T09:00:00 alice message.send {"to":["bob"],"text":"three","id":"k3"} -> accepted m6
  message.accepted message m6, from alice, to [bob], text three, route auto
  delivery.routed message m6, to bob, channel none, because no_device_online
02T09:00:01 alice message.send {"to":["bob"],"text":"four","id":"k4"} -> refused quota.ids id
  command.refused code quota.ids, text "your ids of seven days fill the 150 bytes that are kept of them; try again at 2026-12-09T00:00:00Z", field id, retry_at @09T00:00:00
# What is known is answered as before, and without an id one may go on.
02T09:00:02 alice message.send {"to":["bob"],"text":"one","id":"k1"} -> accepted m4
02T09:00:03 alice message.send {"to":["bob"],"text":"no id"} -> accepted m9
  message.accepted message m9, from alice, to [bob], text "no id", route auto
  delivery.routed message m9, to bob, channel none, because no_device_online
# The refusal is not remembered: the same id may be said again when it was told, and no sooner.
08T23:59:59 alice message.send {"to":["bob"],"text":"four","id":"k4"} -> refused quota.ids id
  command.refused code quota.ids, text "your ids of seven days fill the 150 bytes that are kept of them; try again at 2026-12-09T00:00:00Z", field id, retry_at @09T00:00:00
09T00:00:00 alice message.send {"to":["bob"],"text":"four","id":"k4"} -> accepted m11
  message.accepted message m11, from alice, to [bob], text four, route auto
  delivery.routed message m11, to bob, channel none, because no_device_online
09T00:00:01 alice message.send {"to":["bob"],"text":"four","id":"k4"} -> accepted m11
# A refusal that is remembered costs the bytes of its sentence, too.
09T09:00:00 _admin user.set {"name":"bob","limits":{"ids_bytes":150}} -> accepted
  user.changed user bob, details {limits {ids_bytes 150}}
09T09:00:01 bob message.send {"to":["dave"],"text":"who?","id":"k1"} -> refused message.no_recipient to
  command.refused code message.no_recipient, text "dave is not registered", field to
09T09:00:02 bob message.recall {"message":"m99","id":"k2"} -> refused quota.ids id
  command.refused code quota.ids, text "your ids of seven days fill the 150 bytes that are kept of them; try again at 2026-12-17T00:00:00Z", field id, retry_at @17T00:00:00
09T09:00:03 bob message.recall {"message":"m99","id":"k1"} -> refused command.id_reused id
  command.refused code command.id_reused, text "this id was used before with another content", field id
# What alone is more than the budget is kept where nothing else is.
09T09:00:04 _admin user.set {"name":"bob","limits":{"ids_bytes":1}} -> accepted
  user.changed user bob, details {limits {ids_bytes 1}}
20T09:00:00 bob message.recall {"message":"m99","id":"k2"} -> refused message.unknown message
  command.refused code message.unknown, text "there is no such message", field message
20T09:00:01 bob message.send {"to":["alice"],"text":"hi","id":"k3"} -> refused quota.ids id
  command.refused code quota.ids, text "your ids of seven days fill the 1 bytes that are kept of them; try again at 2026-12-28T00:00:00Z", field id, retry_at @28T00:00:00
20T09:00:02 _admin user.set {"name":"bob","limits":{"ids_bytes":null}} -> accepted
  user.changed user bob, details {limits {ids_bytes null}}
20T09:00:03 bob message.send {"to":["alice"],"text":"hi","id":"k3"} -> accepted m21
  message.accepted message m21, from bob, to [alice], text hi, route auto
  delivery.routed message m21, to alice, channel none, because no_device_online
20T09:00:04 _admin user.set {"name":"bob","limits":{"ids_bytes":0}} -> refused command.malformed limits.ids_bytes
  command.refused code command.malformed, text "the command cannot be read: invalid value: integer `0`, expected a nonzero u32 at line 1 column 37", field limits.ids_bytes
