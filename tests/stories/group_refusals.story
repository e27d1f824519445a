# Each wrong wish has its code, and changes nothing.
09:00:00 _admin user.register {"name":"alice"} -> accepted alice 100001
  user.registered user alice, im "100001", details {}
09:00:01 _admin user.register {"name":"bob","phone":"+8613800138000"} -> accepted bob 100002
  user.registered user bob, im "100002", details {phone +8613800138000}
09:00:02 _admin user.register {"name":"carol"} -> accepted carol 100003
  user.registered user carol, im "100003", details {}
09:01:00 alice group.create {"name":" "} -> refused group.bad_name name
  command.refused code group.bad_name, text "a group has a name of 1 to 60 bytes that can be seen, with no blank at its ends and nothing that turns the direction of a text", field name
09:01:01 alice group.create {"name":"a group of nobody","members":[]} -> refused group.nobody members
  command.refused code group.nobody, text "name 1 to 1000 people", field members
09:01:02 alice group.create {"name":"with herself","members":["alice"]} -> refused group.is_member members
  command.refused code group.is_member, text "alice is in this group already", field members
09:01:03 alice group.create {"name":"with bob twice","members":["bob","+8613800138000"]} -> refused group.named_twice members
  command.refused code group.named_twice, text "+8613800138000 is named twice", field members
09:01:04 alice group.create {"name":"with somebody else","members":["nobody"]} -> refused message.no_recipient members
  command.refused code message.no_recipient, text "nobody is not registered", field members
09:01:05 alice group.create {"name":"too large","cap":10001} -> refused group.bad_cap cap
  command.refused code group.bad_cap, text "a cap lies between 1, those who are in or asked, and 10000", field cap
09:01:06 alice group.create {"name":"too small","members":["bob"],"cap":1} -> refused group.full members
  command.refused code group.full, text "this group takes 1 at most, with those who are asked", field members
09:01:07 alice group.create {"name":"nowhere","zone":"Nowhere/Else"} -> refused schedule.unknown_zone zone
  command.refused code schedule.unknown_zone, text "a zone is an IANA name, as in Europe/London", field zone
09:01:08 alice group.create {"name":"right","members":["bob"],"confirm":false,"cap":3,"id":"once"} -> accepted
  group.created group "3001", owner alice, name right, cap 3, sms_day 3, sms_month 31
  group.joined group "3001", who [bob], by alice
  message.accepted message m12, from _homing, charged alice, to [bob], text "alice has put you in the group right (3001). G QUIT 3001 leaves it.", route auto, expires @08T09:01:08
  delivery.routed message m12, to bob, channel sms, because no_device_online
09:01:09 alice group.create {"name":"right","members":["bob"],"confirm":false,"cap":3,"id":"once"} -> accepted

09:02:00 alice group.invite {"group":"3001","who":["+8613800138000"]} -> refused group.is_member who
  command.refused code group.is_member, text "+8613800138000 is in this group already", field who
09:02:01 alice group.invite {"group":"3001","who":["carol","+447700900007"]} -> refused group.full who
  command.refused code group.full, text "this group takes 3 at most, with those who are asked", field who
09:02:02 bob group.invite {"group":"3001","who":["carol"]} -> refused group.not_admin group
  command.refused code group.not_admin, text "only the owner and the administrators of this group may do that", field group
09:02:03 carol group.invite {"group":"3001","who":["carol"]} -> refused group.not_member group
  command.refused code group.not_member, text "you are not in this group", field group
09:02:04 alice group.invite {"group":"3002","who":["carol"]} -> refused group.unknown group
  command.refused code group.unknown, text "there is no group 3002, or it is closed", field group
09:02:05 alice group.invite {"group":"3001","who":["carol"]} -> accepted
  group.invited group "3001", who [carol], by alice, until @08T09:02:05
  message.accepted message m19, from _homing, charged alice, to [carol], text "alice invites you to the group right (3001). Answer YES or NO.", route auto, expires @08T09:02:05
  delivery.routed message m19, to carol, channel none, because no_device_online
09:02:06 alice group.set {"group":"3001","cap":2} -> refused group.bad_cap cap
  command.refused code group.bad_cap, text "a cap lies between 3, those who are in or asked, and 10000", field cap
2026-12-08T09:02:05 carol group.answer {"group":"3001","answer":"yes"} -> refused group.too_late group
  command.refused code group.too_late, text "the invitation has passed; ask to be invited again", field group
2026-12-08T09:02:06 bob group.answer {"group":"3001","answer":"yes"} -> refused group.not_invited group
  command.refused code group.not_invited, text "there is no open invitation of yours to this group", field group

2026-12-08T09:03:00 bob group.remove {"group":"3001","who":"alice"} -> refused group.not_admin group
  command.refused code group.not_admin, text "only the owner and the administrators of this group may do that", field group
2026-12-08T09:03:01 alice group.grant {"group":"3001","who":"bob","role":"admin"} -> accepted
  group.role_set group "3001", who bob, role admin
2026-12-08T09:03:02 bob group.remove {"group":"3001","who":["alice"]} -> refused group.owner who
  command.refused code group.owner, text "the owner stays what they are until they leave or give the group to another member with group.grant", field who
2026-12-08T09:03:03 bob group.close {"group":"3001"} -> refused group.not_owner group
  command.refused code group.not_owner, text "only the owner of this group may do that", field group
2026-12-08T09:03:04 bob group.grant {"group":"3001","who":"bob","role":"owner"} -> refused group.not_owner group
  command.refused code group.not_owner, text "only the owner of this group may do that", field group
2026-12-08T09:03:05 alice group.grant {"group":"3001","who":"alice","role":"member"} -> refused group.owner who
  command.refused code group.owner, text "the owner stays what they are until they leave or give the group to another member with group.grant", field who
2026-12-08T09:03:06 alice group.grant {"group":"3001","who":"carol","role":"admin"} -> refused group.no_such_member who
  command.refused code group.no_such_member, text "carol is neither in this group nor asked to join", field who
2026-12-08T09:03:07 alice group.grant {"group":"3001","who":"bob","role":"king"} -> refused command.malformed role
  command.refused code command.malformed, text "the command cannot be read: unknown variant `king`, expected one of `owner`, `admin`, `member` at line 1 column 41", field role
2026-12-08T09:03:08 carol message.send {"to":["#3001"],"text":"let me in"} -> refused group.not_member to
  command.refused code group.not_member, text "you are not in this group", field to
2026-12-08T09:03:09 alice message.send {"to":["#3001","bob"],"text":"both"} -> refused message.no_recipient to
  command.refused code message.no_recipient, text "a message to a group is for that group alone", field to
2026-12-08T09:03:10 alice message.send {"to":["#3001"],"text":"by SMS","route":"sms"} -> refused command.unsupported route
  command.refused code command.unsupported, text "an SMS to a group but in its name, with as_group, is not served by this version", field route
2026-12-08T09:03:11 alice group.close {"group":"3001"} -> accepted
  group.closed group "3001"
2026-12-08T09:03:12 alice message.send {"to":["#3001"],"text":"too late"} -> refused group.unknown to
  command.refused code group.unknown, text "there is no group 3001, or it is closed", field to
