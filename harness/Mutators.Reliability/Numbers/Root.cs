namespace Mutators.Reliability.Numbers;

/// <summary>Roots by bisection: slow, and never wrong. It ends when no number lies between the two sides.</summary>
internal static class Root
{
    /// <summary>Where an increasing function changes its sign in [low, high]; an end where it does not change.</summary>
    public static double OfIncreasing(Func<double, double> function, double low, double high)
    {
        if (function(low) >= 0)
        {
            return low;
        }

        if (function(high) <= 0)
        {
            return high;
        }

        while (true)
        {
            var middle = low + (high - low) / 2;
            if (middle <= low || middle >= high)
            {
                return high;
            }

            if (function(middle) < 0)
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }
    }
}
