# A one-time code signs in once: it ends when it is used, after five wrong tries, after ten minutes, with a newer one, with another password and with a suspension.

09:00:00 _admin user.register {"name":"ann","secret":"$argon2id$x"} -> accepted ann 100001
  user.registered user ann, im "100001", details {secret "$argon2id$x"}
09:00:01 _admin user.give-code {"name":"bob","secret":"$argon2id$c1"} -> refused user.unknown name
  command.refused code user.unknown, text "bob is not registered", field name
09:00:02 _admin user.give-code {"name":"ann","secret":"7K3QM-X9TRA"} -> refused user.bad_secret secret
  command.refused code user.bad_secret, text "a secret is a password's hash, a PHC string of Argon2id ($argon2id$...), never the password itself", field secret
09:00:03 ann user.give-code {"name":"ann","secret":"$argon2id$c1"} -> refused auth.not_allowed
  command.refused code auth.not_allowed, text "ann may not send user.give-code"
09:00:04 _admin user.give-code {"name":"ann","secret":"$argon2id$c1"} -> accepted
  user.code_given user ann, number 5, secret "$argon2id$c1", until @09:10:04, tries 5
09:00:05 _admin user.give-code {"name":"ann","secret":"$argon2id$c1"} -> accepted

# Only the gate tells of tries. Of two logins by the same code the first comes in, and what comes later is not written down.
09:00:06 ann user.try-code {"name":"ann","number":5,"login":1} -> refused auth.not_allowed
  command.refused code auth.not_allowed, text "ann may not send user.try-code"
09:00:07 _admin user.try-code {"name":"ann","number":5,"login":1} -> refused auth.not_allowed
  command.refused code auth.not_allowed, text "_admin may not send user.try-code"
09:00:08 _gate user.try-code {"name":"ann","number":5} -> accepted
  user.code_missed user ann, number 5, left 4
09:00:09 _gate user.try-code {"name":"ann","number":5,"login":18446744073709551615} -> accepted
  user.code_used user ann, number 5, login 18446744073709551615
09:00:10 _gate user.try-code {"name":"ann","number":5,"login":2} -> accepted
09:00:11 _gate user.try-code {"name":"ann","number":5} -> accepted
09:00:12 _gate user.try-code {"name":"nobody","number":5} -> accepted

# The fifth wrong try ends it, and guessing on fills no log.
09:01:00 _admin user.give-code {"name":"ann","secret":"$argon2id$c2"} -> accepted
  user.code_given user ann, number 14, secret "$argon2id$c2", until @09:11:00, tries 5
09:01:01 _gate user.try-code {"name":"ann","number":14} -> accepted
  user.code_missed user ann, number 14, left 4
09:01:02 _gate user.try-code {"name":"ann","number":14} -> accepted
  user.code_missed user ann, number 14, left 3
09:01:03 _gate user.try-code {"name":"ann","number":14} -> accepted
  user.code_missed user ann, number 14, left 2
09:01:04 _gate user.try-code {"name":"ann","number":14} -> accepted
  user.code_missed user ann, number 14, left 1
09:01:05 _gate user.try-code {"name":"ann","number":14} -> accepted
  user.code_missed user ann, number 14, left 0
09:01:06 _gate user.try-code {"name":"ann","number":14} -> accepted
09:01:07 _gate user.try-code {"name":"ann","number":14,"login":3} -> accepted

# Ten minutes, and not a second longer.
09:02:00 _admin user.give-code {"name":"ann","secret":"$argon2id$c3"} -> accepted
  user.code_given user ann, number 22, secret "$argon2id$c3", until @09:12:00, tries 5
09:12:00 _gate user.try-code {"name":"ann","number":22,"login":4} -> accepted

# A newer one takes its place, and one that was named before is not it.
09:13:00 _admin user.give-code {"name":"ann","secret":"$argon2id$c4"} -> accepted
  user.code_given user ann, number 24, secret "$argon2id$c4", until @09:23:00, tries 5
09:13:01 _admin user.give-code {"name":"ann","secret":"$argon2id$c5"} -> accepted
  user.code_given user ann, number 25, secret "$argon2id$c5", until @09:23:01, tries 5
09:13:02 _gate user.try-code {"name":"ann","number":24,"login":5} -> accepted
09:13:03 _gate user.try-code {"name":"ann","number":24} -> accepted

# A password of her own ends it.
09:13:04 _admin user.set {"name":"ann","secret":"$argon2id$y","instead_of":"$argon2id$x"} -> accepted
  user.changed user ann, details {secret "$argon2id$y", rehashed true}
09:13:05 _admin user.set {"name":"ann","day":9} -> accepted
  user.changed user ann, details {day 9}
09:13:06 ann password.set {"secret":"plain"} -> refused user.bad_secret secret
  command.refused code user.bad_secret, text "a secret is a password's hash, a PHC string of Argon2id ($argon2id$...), never the password itself", field secret
09:13:07 ann password.set {"secret":"$argon2id$z"} -> accepted
  user.changed user ann, details {secret "$argon2id$z"}
09:13:08 ann password.set {"secret":"$argon2id$z"} -> accepted
09:13:09 _gate user.try-code {"name":"ann","number":25,"login":6} -> accepted

# Who is suspended gets none, and what they had has ended.
09:14:00 _admin user.give-code {"name":"ann","secret":"$argon2id$c6"} -> accepted
  user.code_given user ann, number 34, secret "$argon2id$c6", until @09:24:00, tries 5
09:14:01 _admin user.suspend {"name":"ann"} -> accepted
  user.suspended user ann
09:14:02 _admin user.give-code {"name":"ann","secret":"$argon2id$c7"} -> refused auth.suspended
  command.refused code auth.suspended, text "ann is suspended"
09:14:03 _admin user.resume {"name":"ann"} -> accepted
  user.resumed user ann
09:14:04 _gate user.try-code {"name":"ann","number":34,"login":7} -> accepted

# A hash of the same password made anew ends none, and ten minutes less a moment are in time.
09:15:00 _admin user.give-code {"name":"ann","secret":"$argon2id$c8"} -> accepted
  user.code_given user ann, number 39, secret "$argon2id$c8", until @09:25:00, tries 5
09:15:01 _admin user.set {"name":"ann","secret":"$argon2id$w","instead_of":"$argon2id$z"} -> accepted
  user.changed user ann, details {secret "$argon2id$w", rehashed true}
09:24:59 _gate user.try-code {"name":"ann","number":39,"login":8} -> accepted
  user.code_used user ann, number 39, login 8
