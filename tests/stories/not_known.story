# Of what may have left for a phone nobody can take anything back, whether it is known to have left or not.
09:00:00 _admin user.register {"name":"alice"} -> accepted alice 100001
  user.registered user alice, im "100001", details {}
09:00:01 _admin user.register {"name":"bob","phone":"+447700900001"} -> accepted bob 100002
  user.registered user bob, im "100002", details {phone +447700900001}
09:00:02 alice message.send {"to":["bob"],"text":"one"} -> accepted m3
  message.accepted message m3, from alice, to [bob], text one, route auto
  delivery.routed message m3, to bob, channel sms, because no_device_online
09:00:03 _sms attempt.ask {"deliveries":[{"message":"m3","to":"bob"}]} -> accepted
  attempt.granted channel sms, message m3, to bob, phone +447700900001, from "100001"
09:00:04 _sms attempt.report {"reports":[{"unknown":{"attempt":{"message":"m3","to":"bob"},"why":"disconnected"}}]} -> accepted
  attempt.unknown channel sms, attempt {message m3, to bob}, why disconnected, from alice
09:00:05 alice message.recall {"message":"m3"} -> refused message.not_open message
  command.refused code message.not_open, text "the message is not open: it was confirmed, it ended, or it is not yours", field message
