using System.Buffers;

namespace RlsChat.Api.Auth;

/// <summary>Where a browser goes after signing in: a path of this site.</summary>
internal static class ReturnUrl
{
    private const int MaxLength = 1000;

    // Browsers treat a backslash as a slash, and ignore tabs and line ends.
    private static readonly SearchValues<char> Printable =
        SearchValues.Create([.. Enumerable.Range(0x21, 0x7e - 0x20).Select(code => (char)code).Where(code => code != '\\')]);

    /// <summary>Whether it is a path of this site: <c>/</c>, not followed by another, and printable ASCII.</summary>
    public static bool IsRelative(string url) =>
        url is ['/', ..] and not ['/', '/', ..] && url.Length <= MaxLength && !url.AsSpan().ContainsAnyExcept(Printable);
}
