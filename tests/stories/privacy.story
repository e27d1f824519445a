# A name is told from a number, a phone tells nobody whose it is, and STOP stays with the phone that wrote it and with its user.
09:00:00 _admin user.register {"name":"100001"} -> refused user.bad_name name
  command.refused code user.bad_name, text "100001 reads as a number: a name has something else beside its digits", field name
09:00:01 _admin user.register {"name":"007"} -> refused user.bad_name name
  command.refused code user.bad_name, text "007 reads as a number: a name has something else beside its digits", field name
09:00:02 _admin user.register {"name":"7-of-9"} -> accepted 7-of-9 100001
  user.registered user 7-of-9, im "100001", details {}
09:00:03 _admin user.register {"name":"alice","phone":"+447700900001"} -> accepted alice 100002
  user.registered user alice, im "100002", details {phone +447700900001}
09:00:04 _admin user.register {"name":"bob","phone":"+447700900002"} -> accepted bob 100003
  user.registered user bob, im "100003", details {phone +447700900002}

# Alice knows a phone. That it is bob's she learns when he allows it, and blocking it blocks him in any case.
09:01:00 alice contact.add {"who":"+447700900002","alias":"the plumber"} -> accepted
  contact.added user alice, who +447700900002, alias "the plumber"
09:01:01 alice contact.add {"who":"+447700900002","alias":"the plumber"} -> accepted
09:01:02 alice contact.add {"who":"+447700900099"} -> accepted
  contact.added user alice, who +447700900099
09:01:03 alice contact.add {"who":"+447700900001"} -> refused contact.oneself who
  command.refused code contact.oneself, text "nobody is a contact of their own", field who
09:01:04 alice contact.block {"who":"+447700900002"} -> accepted
  contact.blocked user alice, who +447700900002
09:01:05 bob message.send {"to":["alice"],"text":"blocked"} -> accepted m11
  message.accepted message m11, from bob, to [alice], text blocked, route auto
  delivery.filtered message m11, to alice, reason blocked, from bob
09:01:06 alice contact.remove {"who":"+447700900002"} -> accepted
  contact.removed user alice, who +447700900002
09:01:07 bob message.send {"to":["alice"],"text":"heard","route":"im"} -> accepted m13
  message.accepted message m13, from bob, to [alice], text heard, route im
  delivery.routed message m13, to alice, channel none, because no_device_online
09:01:08 bob preference.set {"findable":"on"} -> accepted
  preference.set user bob, findable true
09:01:09 bob preference.set {"findable":"on"} -> accepted
09:01:10 alice contact.add {"who":"+447700900002"} -> accepted
  contact.added user alice, who bob
09:01:11 alice contact.block {"who":"+447700900002"} -> accepted
  contact.blocked user alice, who bob
09:01:12 bob message.send {"to":["alice"],"text":"blocked"} -> accepted m18
  message.accepted message m18, from bob, to [alice], text blocked, route auto
  delivery.filtered message m18, to alice, reason blocked, from bob
09:01:13 bob preference.set {"findable":"off","sms":"on"} -> accepted
  preference.set user bob, findable false
09:01:14 alice contact.remove {"who":"bob"} -> accepted
  contact.removed user alice, who bob
09:01:15 bob preference.set {} -> accepted

# Blocked by a phone is who has it now.
09:02:00 alice contact.block {"who":"+447700900002"} -> accepted
  contact.blocked user alice, who +447700900002
09:02:01 _admin user.set {"name":"bob","phone":null} -> accepted
  user.changed user bob, details {phone null}
09:02:02 _admin user.set {"name":"bob","phone":null} -> accepted
09:02:03 bob message.send {"to":["alice"],"text":"from another phone","route":"im"} -> accepted m25
  message.accepted message m25, from bob, to [alice], text "from another phone", route im
  delivery.routed message m25, to alice, channel none, because no_device_online
09:02:04 alice message.send {"to":["bob"],"text":"no phone","route":"sms"} -> accepted m26
  message.accepted message m26, from alice, to [bob], text "no phone", route sms
  delivery.routed message m26, to bob, channel none, because no_phone
09:02:05 _admin user.register {"name":"carol","phone":"+447700900002"} -> accepted carol 100004
  user.registered user carol, im "100004", details {phone +447700900002}
09:02:06 carol message.send {"to":["alice"],"text":"blocked"} -> accepted m28
  message.accepted message m28, from carol, to [alice], text blocked, route auto
  delivery.filtered message m28, to alice, reason blocked, from carol

# Bob's STOP: he gets no SMS on his next phone, and nobody gets one on the phone that wrote it, until either says START.
09:03:00 _admin user.set {"name":"bob","phone":"+447700900003"} -> accepted
  user.changed user bob, details {phone +447700900003}
09:03:01 _sms phone.received {"connector":"main","from":"+447700900003","called":"service","text":"STOP"} -> accepted
  phone.received connector main, from +447700900003, called service, said STOP
  preference.set user bob, sms false
  phone.preference_set phone +447700900003, sms false
  message.accepted message m30, from _homing, to [bob], text "You will get no more SMS from us. Send START to get them again.", route sms, expires @02T09:03:01
  delivery.routed message m30, to bob, channel sms, because answer
09:03:02 _admin user.set {"name":"bob","phone":"+447700900004"} -> accepted
  user.changed user bob, details {phone +447700900004}
09:03:03 alice message.send {"to":["bob","+447700900003"],"text":"to neither","route":"sms"} -> accepted m32
  message.accepted message m32, from alice, to [bob, +447700900003], text "to neither", route sms
  delivery.filtered message m32, to bob, reason opted_out, from alice
  delivery.filtered message m32, to +447700900003, reason opted_out, from alice
09:03:04 bob preference.set {"sms":"on"} -> accepted
  preference.set user bob, sms true
09:03:05 alice message.send {"to":["bob","+447700900003"],"text":"to bob","route":"sms"} -> accepted m34
  message.accepted message m34, from alice, to [bob, +447700900003], text "to bob", route sms
  delivery.routed message m34, to bob, channel sms, because asked_for
  delivery.filtered message m34, to +447700900003, reason opted_out, from alice
09:03:06 _admin user.register {"name":"dave","phone":"+447700900003"} -> accepted dave 100005
  user.registered user dave, im "100005", details {phone +447700900003}
  preference.set user dave, sms false
09:03:07 dave preference.set {"sms":"on"} -> accepted
  preference.set user dave, sms true
  phone.preference_set phone +447700900003, sms true
09:03:08 dave preference.set {"sms":"on"} -> accepted
09:03:09 _admin user.set {"name":"dave","phone":"+447700900005"} -> accepted
  user.changed user dave, details {phone +447700900005}
09:03:10 alice message.send {"to":["+447700900003"],"text":"who has it now?","route":"sms"} -> accepted m39
  message.accepted message m39, from alice, to [+447700900003], text "who has it now?", route sms
  delivery.routed message m39, to +447700900003, channel sms, because asked_for
