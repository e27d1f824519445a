# Every refusal has its code, changes nothing, and the next command is decided.

09:00:00 _admin user.register {"name":"alice"} -> accepted alice 100001
  user.registered user alice, im "100001", details {}
09:00:01 _admin user.register {"name":"bob","phone":"+447700900001"} -> accepted bob 100002
  user.registered user bob, im "100002", details {phone +447700900001}
09:00:02 mallory message.send {"to":["bob"],"text":"x"} -> refused auth.unknown_sender
  command.refused code auth.unknown_sender, text "mallory is not registered; an operator registers users with user.register"
09:00:03 alice user.register {"name":"mallory"} -> refused auth.not_allowed
  command.refused code auth.not_allowed, text "alice may not send user.register"
09:00:04 _admin message.send {"to":["bob"],"text":"x"} -> refused auth.not_allowed
  command.refused code auth.not_allowed, text "_admin may not send message.send"
09:00:05 Alice message.send {"to":["bob"],"text":"x"} -> refused auth.unknown_sender
  command.refused code auth.unknown_sender, text "_unknown is not registered; an operator registers users with user.register"
09:00:06 alice message.send {"to":["bob"],"text":"x" -> refused command.malformed
  command.refused code command.malformed, text "the command cannot be read: EOF while parsing an object at line 1 column 24"
09:00:07 alice message.send [1,2] -> refused command.malformed
  command.refused code command.malformed, text "the command cannot be read: it is neither a JSON object nor a MessagePack map"
09:00:08 alice message.send {"to":["bob"],"text":"x","colour":"red"} -> refused command.unknown_field colour
  command.refused code command.unknown_field, text "there is no field colour in this command", field colour
09:00:09 alice message.send {"to":"bob","text":"x"} -> refused command.malformed to
  command.refused code command.malformed, text "the command cannot be read: invalid type: string \"bob\", expected a sequence at line 1 column 11", field to
09:00:10 alice message.send {"to":["B O B"],"text":"x"} -> refused command.malformed to[0]
  command.refused code command.malformed, text "the command cannot be read: not an address: a user name (bob), a phone (+8613800138000), an IM number (100002), a group number (#3001) or an app (app:07#3001) at line 1 column 14", field "to[0]"
09:00:11 alice message.send {"to":[],"text":"x"} -> refused message.no_recipient to
  command.refused code message.no_recipient, text "a message needs 1 to 1000 recipients", field to
09:00:12 alice message.send {"to":["bob"]} -> refused message.empty text
  command.refused code message.empty, text "a message has a text or parts, not both and not neither", field text
09:00:13 alice message.send {"to":["bob"],"text":""} -> refused message.empty text
  command.refused code message.empty, text "a message has a text or parts, not both and not neither", field text
09:00:14 alice message.send {"to":["bob"],"text":"x","parts":[]} -> refused message.empty text
  command.refused code message.empty, text "a message has a text or parts, not both and not neither", field text
09:00:15 alice message.send {"to":["bob"],"text":"x","route":"pigeon"} -> refused command.malformed route
  command.refused code command.malformed, text "the command cannot be read: unknown variant `pigeon`, expected one of `auto`, `im`, `sms`, `mms` at line 1 column 41", field route
09:00:16 alice message.send {"to":["bob"],"text":"x","expires_in":"soon"} -> refused command.malformed expires_in
  command.refused code command.malformed, text "the command cannot be read: not a duration: a whole number and a unit (ms, s, m, h, d), as in 90s; at most ten years at line 1 column 44", field expires_in
09:00:17 alice message.send {"to":["nobody"],"text":"x"} -> refused message.no_recipient to
  command.refused code message.no_recipient, text "nobody is not registered", field to
09:00:18 alice message.send {"to":["999999"],"text":"x"} -> refused message.no_recipient to
  command.refused code message.no_recipient, text "999999 is not registered", field to
09:00:19 alice message.send {"to":["#3001"],"text":"x"} -> refused group.unknown to
  command.refused code group.unknown, text "there is no group 3001, or it is closed", field to
09:00:20 alice message.send {"to":["bob"],"text":"x","as_group":"3001"} -> refused message.no_recipient as_group
  command.refused code message.no_recipient, text "a message in a group's name is to that group alone", field as_group
09:00:21 alice message.send {"to":["bob"],"text":"x","reminder_after":"5m"} -> refused command.unsupported reminder_after
  command.refused code command.unsupported, text "a reminder for the pull store is not served by this version", field reminder_after
09:00:22 alice message.shout {"to":["bob"],"text":"x"} -> refused command.unknown
  command.refused code command.unknown, text "there is no command message.shout"
09:00:23 alice message {"to":["bob"],"text":"x"} -> refused command.malformed
  command.refused code command.malformed, text "the command cannot be read: its subject is not homing.cmd.<user>.<area>.<verb>"
09:00:24 alice a.b.c {"to":["bob"],"text":"x"} -> refused command.malformed
  command.refused code command.malformed, text "the command cannot be read: its subject is not homing.cmd.<user>.<area>.<verb>"
09:00:25 alice message.received {} -> refused message.none_named message
  command.refused code message.none_named, text "name one message with `message`, or 1 to 1000 with `messages`", field message
09:00:26 alice message.received {"message":"m99"} -> refused message.unknown message
  command.refused code message.unknown, text "there is no such message", field message
09:00:27 alice message.received {"messages":[]} -> refused message.none_named message
  command.refused code message.none_named, text "name one message with `message`, or 1 to 1000 with `messages`", field message
09:00:28 alice presence.online {"device":"a.b","class":"pc"} -> refused command.malformed device
  command.refused code command.malformed, text "the command cannot be read: not a device name: it has 1 to 32 of a-z, 0-9, _ and -, and begins with a letter or digit at line 1 column 15", field device
09:00:29 alice presence.online {"device":"a","class":"pc","lease":"0s"} -> refused presence.bad_lease lease
  command.refused code presence.bad_lease, text "a lease lasts between one second and one hour", field lease
09:00:30 alice presence.online {"device":"a","class":"fridge"} -> refused command.malformed class
  command.refused code command.malformed, text "the command cannot be read: unknown variant `fridge`, expected `pc` or `pull` at line 1 column 30", field class
09:00:31 alice presence.lapsed {"user":"bob","device":"a","since":1} -> refused auth.not_allowed
  command.refused code auth.not_allowed, text "alice may not send presence.lapsed"
09:00:32 alice timer.fired {"timer":"expire-m1","due":0} -> refused auth.not_allowed
  command.refused code auth.not_allowed, text "alice may not send timer.fired"
09:00:33 alice contact.add {"who":"alice"} -> refused contact.oneself who
  command.refused code contact.oneself, text "nobody is a contact of their own", field who
09:00:34 alice contact.add {"who":"nobody"} -> refused contact.unknown who
  command.refused code contact.unknown, text "there is no such user or contact", field who
09:00:35 _admin user.register {"name":"eve","phone":"+447700900001"} -> refused user.phone_taken phone
  command.refused code user.phone_taken, text "this phone belongs to another user", field phone
09:00:36 _admin user.register {"name":"eve","zone":"somewhere; rm -rf"} -> refused schedule.unknown_zone zone
  command.refused code schedule.unknown_zone, text "a zone is an IANA name, as in Europe/London", field zone
09:00:37 _admin user.set {"name":"nobody","day":5} -> refused user.unknown name
  command.refused code user.unknown, text "nobody is not registered", field name
09:00:38 _admin user.suspend {"name":"nobody"} -> refused user.unknown name
  command.refused code user.unknown, text "nobody is not registered", field name
09:00:39 _admin user.suspend {"name":"alice"} -> accepted
  user.suspended user alice
09:00:40 alice message.send {"to":["bob"],"text":"x"} -> refused auth.suspended
  command.refused code auth.suspended, text "alice is suspended"
09:00:41 _admin user.resume {"name":"alice"} -> accepted
  user.resumed user alice
09:00:42 alice message.send {"to":["bob"],"text":"and the next one is decided"} -> accepted m43
  message.accepted message m43, from alice, to [bob], text "and the next one is decided", route auto
  delivery.routed message m43, to bob, channel sms, because no_device_online
09:00:43 alice message.send {"to":["bob"],"text":"x","with_header":true} -> refused message.no_recipient with_header
  command.refused code message.no_recipient, text "a message in a group's name is to that group alone", field with_header
