using Microsoft.VisualStudio.TestTools.UnitTesting;

[TestClass]
public sealed class WayTests
{
    private static int counter;

    [TestMethod]
    public void Assertion_holds() => Assert.AreEqual(2, Way.Assertion());

    [TestMethod]
    public void No_exception() => Assert.AreEqual(3, Way.Exception());

    [TestMethod]
    public void No_overflow() => Assert.AreEqual(5, Way.Overflow());

    [TestMethod]
    public void No_endless_loop() => Assert.AreEqual(3, Way.Loop());

    [TestMethod]
    public void No_deadlock() => Assert.IsTrue(Way.Deadlock());

    [TestMethod]
    public void No_fail_fast() => Assert.IsTrue(Way.FailFast());

    [TestMethod]
    public void No_exit() => Assert.IsTrue(Way.Exit());

    [TestMethod]
    public void No_waste() => Assert.AreEqual(0, Way.Memory());

    [TestMethod]
    public void No_death_of_a_thread() => Assert.IsTrue(Way.Thread());

    [TestMethod]
    public void Nothing_is_left_behind() => Assert.AreEqual(1, Way.Remember());

    [TestMethod]
    public void Table_is_filled() => Assert.AreEqual(4, Table.Squares[2]);

    [TestMethod]
    public void Names_are_there() => Assert.AreEqual("one", Names.First);

    [TestMethod]
    public void Survives() => Assert.AreEqual(1, Way.Survivor());

    [TestMethod]
    public void Takes_long() => Assert.AreEqual(0, Way.Patience() & 1);

    /// <summary>Fails in every second process: nobody can say what a mutant has to do with it.</summary>
    [TestMethod]
    public void Is_flaky() => Assert.AreEqual(1, Way.OnlyFlaky() + IsOddRun());

    /// <summary>Fails the third time that it is run: in golden with probes, after two plain runs that it has passed.</summary>
    [TestMethod]
    public void Is_unlucky_the_third_time() => Assert.AreEqual(1, Way.OnlyThird() + IsThirdRun());

    [TestMethod]
    public void Order_1_counts() => Assert.AreEqual(1, counter += Way.Counted());

    /// <summary>Passes only behind the other one: by itself it fails without any mutant.</summary>
    [TestMethod]
    public void Order_2_finds_what_was_counted() => Assert.AreEqual(1, counter * Way.CountedAgain());

    /// <summary>Without the call that keeps threads apart it fails every second time, in whatever process.</summary>
    [TestMethod]
    public void No_race() => Assert.IsTrue(Way.Race() == 0 || IsOdd("race") == 0);

    private static int IsOddRun() => IsOdd("odd");

    private static int IsThirdRun()
    {
        var file = Remembering("third");
        var runs = (File.Exists(file) ? int.Parse(File.ReadAllText(file)) : 0) + 1;
        File.WriteAllText(file, $"{runs}");
        return runs == 3 ? 1 : 0;
    }

    /// <summary>A file beside the copies that the tests are run in.</summary>
    private static string Remembering(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder.Parent is { } parent && folder.Name != ".mutators")
        {
            folder = parent;
        }

        return Path.Combine(folder.Name == ".mutators" ? folder.FullName : AppContext.BaseDirectory, name);
    }

    private static int IsOdd(string name)
    {
        var file = Remembering(name);
        if (File.Exists(file))
        {
            File.Delete(file);
            return 0;
        }

        File.WriteAllText(file, "");
        return 1;
    }
}
