namespace System;

/// <summary>Lets netstandard2.0 code use list patterns.</summary>
internal readonly struct Index(int value, bool fromEnd = false)
{
    /// <summary>The position in a list of <paramref name="length"/> elements.</summary>
    public int GetOffset(int length) => fromEnd ? length - value : value;
}
