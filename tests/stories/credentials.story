# How somebody proves who they are, and what they may do then: hashes and public keys, each key one person's.

09:00:00 _admin user.register {"name":"alice","secret":"hunter2"} -> refused user.bad_secret secret
  command.refused code user.bad_secret, text "a secret is a password's hash, a PHC string of Argon2id ($argon2id$...), never the password itself", field secret
09:00:01 _admin user.register {"name":"alice","secret":"$argon2id$x","nkey":"UAAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCLL5","access":"producer"} -> accepted alice 100001
  user.registered user alice, im "100001", details {secret "$argon2id$x", nkey UAAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCLL5, access producer}
09:00:02 _admin user.register {"name":"bob","nkey":"UAAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCLL5"} -> refused user.key_taken nkey
  command.refused code user.key_taken, text "this nkey belongs to another user", field nkey
09:00:03 _admin user.register {"name":"bob","access":"user"} -> accepted bob 100002
  user.registered user bob, im "100002", details {access user}
09:00:04 _admin user.register {"name":"bob"} -> accepted bob 100002
09:00:05 _admin user.set {"name":"bob","nkey":"UAAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCLL5"} -> refused user.key_taken nkey
  command.refused code user.key_taken, text "this nkey belongs to another user", field nkey
09:00:06 _admin user.set {"name":"bob","nkey":"UAHL7MKXWMNAPKKZI7U3WSHV43K4XANCUVOJOCUZTK5RJ5UNQTFCDO6M"} -> accepted
  user.changed user bob, details {nkey UAHL7MKXWMNAPKKZI7U3WSHV43K4XANCUVOJOCUZTK5RJ5UNQTFCDO6M}
09:00:07 _admin user.set {"name":"alice","nkey":null,"access":"app:07"} -> accepted
  user.changed user alice, details {nkey null, access app:07}
09:00:08 _admin user.set {"name":"bob","nkey":"UAAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCLL5"} -> accepted
  user.changed user bob, details {nkey UAAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCLL5}
09:00:09 _admin user.set {"name":"bob","nkey":"UAAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCLL5","access":"user"} -> accepted
09:00:10 _admin user.set {"name":"alice","nkey":"UAHL7MKXWMNAPKKZI7U3WSHV43K4XANCUVOJOCUZTK5RJ5UNQTFCDO6M","secret":"plain"} -> refused user.bad_secret secret
  command.refused code user.bad_secret, text "a secret is a password's hash, a PHC string of Argon2id ($argon2id$...), never the password itself", field secret
09:00:11 _admin user.set {"name":"alice","nkey":"UAHL7MKXWMNAPKKZI7U3WSHV43K4XANCUVOJOCUZTK5RJ5UNQTFCDO6M"} -> accepted
  user.changed user alice, details {nkey UAHL7MKXWMNAPKKZI7U3WSHV43K4XANCUVOJOCUZTK5RJ5UNQTFCDO6M}
09:00:12 _admin user.set {"name":"alice","secret":"$argon2id$y","instead_of":"$argon2id$z"} -> accepted
09:00:13 _admin user.set {"name":"alice","secret":"$argon2id$y","instead_of":"$argon2id$x"} -> accepted
  user.changed user alice, details {secret "$argon2id$y", rehashed true}
09:00:14 _admin user.set {"name":"alice","secret":"$argon2id$z","instead_of":"$argon2id$x"} -> accepted
09:00:15 _admin user.set {"name":"alice","access":"admin"} -> refused command.malformed access
  command.refused code command.malformed, text "the command cannot be read: not a kind of access: it is user, producer, viewer, operator, or app: and a number, as in app:07 at line 1 column 32", field access
09:00:16 _admin user.set {"name":"alice","nkey":"SUAMVMTF"} -> refused command.malformed nkey
  command.refused code command.malformed, text "the command cannot be read: not a user's public nkey: it is U and 55 more of A-Z and 2-7; the seed, S…, is never given away at line 1 column 33", field nkey
09:00:17 alice user.set {"name":"alice","access":"operator"} -> refused auth.not_allowed
  command.refused code auth.not_allowed, text "alice may not send user.set"
