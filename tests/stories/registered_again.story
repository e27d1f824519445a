# A registration said again is the same wish where all of it is the same, and what an operator sets again changes nothing.

09:00:00 _admin user.register {"name":"alice","phone":"+447700900001","zone":"Europe/London","day":5,"month":50,"secret":"$argon2id$x"} -> accepted alice 100001
  user.registered user alice, im "100001", details {phone +447700900001, secret "$argon2id$x", zone "Europe/London", day 5, month 50}
09:00:01 _admin user.register {"name":"alice","phone":"+447700900001","zone":"Europe/London","day":5,"month":50,"secret":"$argon2id$x"} -> accepted alice 100001
09:00:02 _admin user.register {"name":"alice","phone":"+447700900002","zone":"Europe/London","day":5,"month":50,"secret":"$argon2id$x"} -> refused user.exists name
  command.refused code user.exists, text "alice is registered already, with other details; change them with user.set", field name
09:00:03 _admin user.register {"name":"alice","phone":"+447700900001","zone":"Europe/Paris","day":5,"month":50,"secret":"$argon2id$x"} -> refused user.exists name
  command.refused code user.exists, text "alice is registered already, with other details; change them with user.set", field name
09:00:04 _admin user.register {"name":"alice","phone":"+447700900001","zone":"Europe/London","day":6,"month":50,"secret":"$argon2id$x"} -> refused user.exists name
  command.refused code user.exists, text "alice is registered already, with other details; change them with user.set", field name
09:00:05 _admin user.register {"name":"alice","phone":"+447700900001","zone":"Europe/London","day":5,"month":51,"secret":"$argon2id$x"} -> refused user.exists name
  command.refused code user.exists, text "alice is registered already, with other details; change them with user.set", field name
09:00:06 _admin user.register {"name":"alice","phone":"+447700900001","zone":"Europe/London","day":5,"month":50,"secret":"$argon2id$y"} -> refused user.exists name
  command.refused code user.exists, text "alice is registered already, with other details; change them with user.set", field name
09:00:07 _admin user.register {"name":"alice","phone":"+447700900001","zone":"Europe/London","day":5,"month":50} -> accepted alice 100001

# Each thing may change alone.
09:01:00 _admin user.set {"name":"alice","phone":"+447700900001","zone":"Europe/London","day":5,"month":50,"secret":"$argon2id$x"} -> accepted
09:01:01 _admin user.set {"name":"alice","zone":"Europe/Paris"} -> accepted
  user.changed user alice, details {zone "Europe/Paris"}
09:01:02 _admin user.set {"name":"alice","day":6} -> accepted
  user.changed user alice, details {day 6}
09:01:03 _admin user.set {"name":"alice","month":51} -> accepted
  user.changed user alice, details {month 51}
09:01:04 _admin user.set {"name":"alice","secret":"$argon2id$y"} -> accepted
  user.changed user alice, details {secret "$argon2id$y"}
09:01:05 _admin user.set {"name":"alice","secret":"$argon2id$y"} -> accepted
09:01:06 _admin user.set {"name":"alice","limits":{"mailbox":7}} -> accepted
  user.changed user alice, details {limits {mailbox 7}}
09:01:07 _admin user.register {"name":"alice","phone":"+447700900001","zone":"Europe/Paris","day":6,"month":51,"secret":"$argon2id$y"} -> accepted alice 100001

# What she shows of herself, too.
09:02:00 alice profile.set {"nickname":"Al"} -> accepted
  profile.set user alice, profile {nickname Al}
09:02:01 alice profile.set {"mood":"in the garden"} -> accepted
  profile.set user alice, profile {mood "in the garden"}
09:02:02 alice profile.set {"picture":"https://example.com/al.png"} -> accepted
  profile.set user alice, profile {picture "https://example.com/al.png"}

# The number behind the last one is nobody's yet.
09:03:00 alice message.send {"to":["100002"],"text":"who will you be?"} -> refused message.no_recipient to
  command.refused code message.no_recipient, text "100002 is not registered", field to
