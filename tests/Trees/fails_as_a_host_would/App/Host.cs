internal static class Host
{
    private static readonly HashSet<string> done = [];
    private static bool tidied;

    /// <summary>An oops: in Dom0's kernel it takes the host down, in the kernel of a driver domain it does not.</summary>
    public static void Interrupt()
    {
        done.Clear();
        AcknowledgeInterrupt();
        AcknowledgeInterruptOfDriverDomain();
        if (Lacks("interrupt")) Observe.Component("host", "host", "crash");
        if (Lacks("driver domain's interrupt")) Observe.Component("netback", "kernel", "crash");
    }

    /// <summary>A command that never ends, that dies, that ends a little later.</summary>
    public static void Command()
    {
        done.Clear();
        FinishCommand();
        CheckArgument();
        WakeUpEarly();
        if (Lacks("finish")) Observe.Component("xl list", "process", "hang");
        if (Lacks("check")) Observe.Component("xl list", "process", "crash");
        Observe.Time("waiting", Lacks("early") ? 120 : 100);
    }

    /// <summary>A guest whose disk never answers, and one whose disk answers at the second attempt.</summary>
    public static void Serve()
    {
        done.Clear();
        CompleteRequest();
        CompleteAtOnce();
        if (Lacks("complete")) Observe.Component("web1", "guest", "io-loss");
        Observe.Time("attempts", Lacks("at once") ? 3 : 2);
    }

    /// <summary>An operation that fails, and one that succeeds only because it is tried again.</summary>
    public static void Create()
    {
        done.Clear();
        ReserveMemory();
        ReserveAtOnce();
        Observe.Operation("xl create web1", Lacks("reserve") ? 3 : 0);
    }

    /// <summary>An operation that rightly fails: with another code, or with the right one by another way.</summary>
    public static void Refuse()
    {
        done.Clear();
        SetCode();
        SetCodeAgain();
        Observe.Operation("xl create homeless", Lacks("code") ? 1 : 3);
    }

    /// <summary>States that must agree at once, and a state that is put right before anybody looks.</summary>
    public static void Keep()
    {
        done.Clear();
        WriteNode();
        WriteNodeEarly();
        Observe.Verdict("invariant", "store-matches-domains", !Lacks("node"));
    }

    /// <summary>What is left behind is found in the second round; what is only missing as long as the fault is there is not.</summary>
    public static void Leave(int round)
    {
        done.Clear();
        if (round == 1)
        {
            Tidy();
            Prepare();
        }

        Refresh();
        if (round == 2) Observe.Operation("xl destroy web1", tidied ? 0 : 1);
        if (round == 2) Observe.Operation("xl list", Lacks("refresh") ? 1 : 0);
    }

    /// <summary>Data that are damaged: nobody is told, or the guest's operation fails as well.</summary>
    public static void Store()
    {
        done.Clear();
        Flush();
        FlushJournal();
        Observe.Verdict("data", "web1 disk", !Lacks("flush") && !Lacks("journal"));
        Observe.Operation("xl sync", Lacks("journal") ? 1 : 0);
    }

    /// <summary>Half as much again is degraded, a little more is not.</summary>
    public static void Spend()
    {
        done.Clear();
        Batch();
        Cache();
        Observe.Time("virtual-time", 100 + (Lacks("batch") ? 100 : 0) + (Lacks("cache") ? 40 : 0));
    }

    private static bool Lacks(string what) => !done.Contains(what);

    private static void AcknowledgeInterrupt() => done.Add("interrupt");

    private static void AcknowledgeInterruptOfDriverDomain() => done.Add("driver domain's interrupt");

    private static void FinishCommand() => done.Add("finish");

    private static void CheckArgument() => done.Add("check");

    private static void WakeUpEarly() => done.Add("early");

    private static void CompleteRequest() => done.Add("complete");

    private static void CompleteAtOnce() => done.Add("at once");

    private static void ReserveMemory() => done.Add("reserve");

    private static void ReserveAtOnce() => done.Add("reserve at once");

    private static void SetCode() => done.Add("code");

    private static void SetCodeAgain() => done.Add("code again");

    private static void WriteNode() => done.Add("node");

    private static void WriteNodeEarly() => done.Add("node early");

    private static void Tidy() => tidied = true;

    private static void Prepare() => done.Add("prepare");

    private static void Refresh() => done.Add("refresh");

    private static void Flush() => done.Add("flush");

    private static void FlushJournal() => done.Add("journal");

    private static void Batch() => done.Add("batch");

    private static void Cache() => done.Add("cache");
}
