# Each part of Homing says what is its own and nothing else: who speaks for one of them registers nobody, and fires no timer.

09:00:00 _admin user.register {"name":"alice"} -> accepted alice 100001
  user.registered user alice, im "100001", details {}
09:00:01 _clock user.register {"name":"mallory"} -> refused auth.not_allowed
  command.refused code auth.not_allowed, text "_clock may not send user.register"
09:00:02 _sms user.set {"name":"alice","day":0} -> refused auth.not_allowed
  command.refused code auth.not_allowed, text "_sms may not send user.set"
09:00:03 _lease user.suspend {"name":"alice"} -> refused auth.not_allowed
  command.refused code auth.not_allowed, text "_lease may not send user.suspend"
09:00:04 _admin timer.fired {"timer":"expire-m1","due":@09:00:00} -> refused auth.not_allowed
  command.refused code auth.not_allowed, text "_admin may not send timer.fired"
09:00:05 _lease message.sweep {} -> refused auth.not_allowed
  command.refused code auth.not_allowed, text "_lease may not send message.sweep"
09:00:06 _clock presence.lapsed {"user":"alice","device":"laptop","since":1} -> refused auth.not_allowed
  command.refused code auth.not_allowed, text "_clock may not send presence.lapsed"
09:00:07 _admin phone.received {"connector":"main","from":"+447700900001","called":"service","text":"STOP"} -> refused auth.not_allowed
  command.refused code auth.not_allowed, text "_admin may not send phone.received"
09:00:08 _sms message.send {"to":["alice"],"text":"x"} -> refused auth.not_allowed
  command.refused code auth.not_allowed, text "_sms may not send message.send"
