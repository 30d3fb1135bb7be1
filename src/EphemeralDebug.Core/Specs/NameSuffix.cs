namespace EphemeralDebug.Core.Specs;

/// <summary>The five characters that make a generated name unlike others.</summary>
public static class NameSuffix
{
    // kubectl's: no vowels and no 0, 1, 3, so that no words arise and no character is taken for another.
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";

    /// <summary>Draws one.</summary>
    /// <param name="random">The source of randomness.</param>
    public static string Draw(Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return new string(random.GetItems(Alphabet.AsSpan(), 5));
    }
}
