using System.Globalization;
using System.Numerics;

namespace Mutators.Reliability.Numbers;

/// <summary>
/// A rational number: what a decimal that somebody typed stands for, so that 0.1 is a tenth. Strict inequalities are decided with it,
/// where the last digit of a floating result would decide by chance.
/// </summary>
/// <param name="Numerator">The numerator.</param>
/// <param name="Denominator">The denominator, above 0.</param>
internal readonly record struct Fraction(BigInteger Numerator, BigInteger Denominator)
{
    public static Fraction One { get; } = new(BigInteger.One, BigInteger.One);

    /// <summary>The shortest decimal that reads back as this number.</summary>
    public static Fraction Of(double value)
    {
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        var text = shortest.Contains('E', StringComparison.Ordinal) ? shortest : shortest + "E0";
        var mark = text.IndexOf('E', StringComparison.Ordinal);
        var digits = text[..mark];
        var exponent = int.Parse(text[(mark + 1)..], CultureInfo.InvariantCulture);
        var point = digits.IndexOf('.', StringComparison.Ordinal);
        if (point >= 0)
        {
            exponent -= digits.Length - point - 1;
            digits = digits.Remove(point, 1);
        }

        var number = BigInteger.Parse(digits, CultureInfo.InvariantCulture);
        return exponent >= 0
            ? new Fraction(number * BigInteger.Pow(10, exponent), BigInteger.One)
            : new Fraction(number, BigInteger.Pow(10, -exponent));
    }

    public static Fraction operator *(Fraction left, Fraction right) => new(left.Numerator * right.Numerator, left.Denominator * right.Denominator);

    public static Fraction operator -(Fraction left, Fraction right) =>
        new(left.Numerator * right.Denominator - right.Numerator * left.Denominator, left.Denominator * right.Denominator);

    public static Fraction operator +(Fraction left, Fraction right) =>
        new(left.Numerator * right.Denominator + right.Numerator * left.Denominator, left.Denominator * right.Denominator);

    public static bool operator >(Fraction left, Fraction right) => left.Numerator * right.Denominator > right.Numerator * left.Denominator;

    public static bool operator <(Fraction left, Fraction right) => right > left;

    public static bool operator >=(Fraction left, Fraction right) => !(right > left);

    public static bool operator <=(Fraction left, Fraction right) => !(left > right);

    public Fraction Power(int exponent) => new(BigInteger.Pow(Numerator, exponent), BigInteger.Pow(Denominator, exponent));

    /// <summary>1 − (1 − r)^n: at least one of n.</summary>
    public Fraction AtLeastOneOf(int count) => One - (One - this).Power(count);
}
