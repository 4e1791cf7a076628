// A host in miniature. Each dropped call makes it fail in one way, and beside it stands a call whose loss nearly does.
Observe.Phase("boot");
Host.Interrupt();
Host.Command();
Host.Serve();
Host.Create();
Host.Refuse();
Host.Keep();
Host.Leave(round: 1);
Host.Store();
Host.Spend();

// The fault is taken away here, if there is one; what it has left behind stays.
(AppDomain.CurrentDomain.GetData("Mutators.Heal") as Action)?.Invoke();
Observe.Phase("healed");
Host.Leave(round: 2);
Observe.Phase("end");
