using System.Text;

namespace RlsChat.Api.Text;

/// <summary>What shows nothing: white space, controls, what Unicode calls default ignorable, and the blank Braille pattern.</summary>
internal static class Blank
{
    // The rest of app_private.is_blank: a test compares the two.
    private static readonly (int First, int Last)[] Invisible =
    [
        (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200F),
        (0x202A, 0x202E), (0x2060, 0x206F), (0x2800, 0x2800), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
        (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
    ];

    /// <summary>Whether a character shows nothing.</summary>
    public static bool Is(Rune rune) =>
        Rune.IsWhiteSpace(rune) || Rune.IsControl(rune) || IsInvisible(rune);

    /// <summary>Whether a character neither shows nor is known to be white space.</summary>
    public static bool IsInvisible(Rune rune) =>
        rune.Value >= 0xAD && Invisible.Any(range => rune.Value >= range.First && rune.Value <= range.Last);

    /// <summary>Whether a character is invisible, and yet shows in what it joins: Persian words, Indic conjuncts, emoji.</summary>
    public static bool IsJoiner(Rune rune) => rune.Value is 0x200C or 0x200D;

    /// <summary>Whether all of a text shows nothing.</summary>
    public static bool Is(string text) => text.EnumerateRunes().All(Is);
}
