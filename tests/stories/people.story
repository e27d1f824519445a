# Users, their details, profile and contacts.

09:00:00 _admin user.register {"name":"alice","phone":"+447700900001","zone":"Asia/Shanghai","day":100,"month":1000,"secret":"$argon2id$x"} -> accepted alice 100001
  user.registered user alice, im "100001", details {phone +447700900001, secret "$argon2id$x", zone "Asia/Shanghai", day 100, month 1000}
09:00:01 _admin user.register {"name":"bob"} -> accepted bob 100002
  user.registered user bob, im "100002", details {}
09:00:02 _admin user.set {"name":"bob","phone":"+447700900002","day":5} -> accepted
  user.changed user bob, details {phone +447700900002, day 5}
09:00:03 _admin user.set {"name":"bob","phone":"+447700900002","day":5} -> accepted
09:00:04 _admin user.set {"name":"bob","phone":"+447700900001"} -> refused user.phone_taken phone
  command.refused code user.phone_taken, text "this phone belongs to another user", field phone
09:00:05 _admin user.set {"name":"bob","phone":"+447700900003"} -> accepted
  user.changed user bob, details {phone +447700900003}
09:00:06 _admin user.register {"name":"carol","phone":"+447700900002"} -> accepted carol 100003
  user.registered user carol, im "100003", details {phone +447700900002}
09:00:07 alice profile.set {"nickname":"Al","mood":"in the garden"} -> accepted
  profile.set user alice, profile {nickname Al, mood "in the garden"}
09:00:08 alice profile.set {} -> accepted
09:00:09 alice contact.add {"who":"bob","alias":"Bobby"} -> accepted
  contact.added user alice, who bob, alias Bobby
09:00:10 alice contact.add {"who":"+447700900003","alias":"Bobby"} -> accepted
  contact.added user alice, who +447700900003, alias Bobby
09:00:11 alice contact.add {"who":"100003"} -> accepted
  contact.added user alice, who carol
09:00:12 alice contact.add {"who":"+15550100000","alias":"not here yet"} -> accepted
  contact.added user alice, who +15550100000, alias "not here yet"
09:00:13 alice contact.remove {"who":"bob"} -> accepted
  contact.removed user alice, who bob
09:00:14 alice contact.remove {"who":"bob"} -> accepted
09:00:15 alice contact.block {"who":"carol"} -> accepted
  contact.blocked user alice, who carol
09:00:16 alice contact.block {"who":"carol"} -> accepted
