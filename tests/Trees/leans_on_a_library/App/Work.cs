internal static class Work
{
    /// <summary>The mutant without the reset would find what another run left in the library's statics.</summary>
    public static string Count()
    {
        Registry.Reset();
        Registry.Add("one");
        return $"{Registry.Count} of {Registry.Added}";
    }

    /// <summary>The mutant dies deep in the library, whose code is hot by then: the frame that says where must not have been inlined.</summary>
    public static int Ask()
    {
        var sum = 0;
        Registry.Add("asked");
        for (var i = 0; i < 100_000; i++)
        {
            sum += Registry.Ask("one");
        }

        return sum + Registry.Ask("asked");
    }

    public static string Look()
    {
        var text = new List<string>();
        text.Add(Registry.Looked());
        return string.Join(' ', text);
    }
}
