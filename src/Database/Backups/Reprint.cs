using System.Text.RegularExpressions;
using Npgsql;

namespace RlsChat.Database;

// PostgreSQL reads a dumped `x in ('a', 'b')` on a varchar as a different expression of the same
// meaning: (ARRAY['a'::character varying])::text[] comes back as ARRAY[('a'::character varying)::text].
internal static partial class Reprint
{
    /// <summary>The same text for both.</summary>
    public static string Normal(string definition)
    {
        var text = Literal().Replace(Cast().Replace(definition, ""), "$1");
        while (Array().Replace(text, "$1") is var less && less.Length < text.Length)
        {
            text = less;
        }

        return text;
    }

    /// <summary>Updates the fingerprints of such definitions only.</summary>
    public static async Task Store(NpgsqlConnection connection)
    {
        await connection.Execute("set role rlschat_owner");
        foreach (var drift in await Fingerprints.Compare(connection))
        {
            if (drift is { Stored: { } stored, Current: { } current } && Normal(stored) == Normal(current))
            {
                await connection.Execute(
                    """update app_private.fingerprint set "definition" = $3 where "kind" = $1 and "name" = $2""",
                    drift.Kind, drift.Name, current);
            }
        }

        await connection.Execute("reset role");
    }

    [GeneratedRegex(@"::(character varying|text)(\[\])?")]
    private static partial Regex Cast();

    [GeneratedRegex(@"\(('(?:[^']|'')*')\)")]
    private static partial Regex Literal();

    [GeneratedRegex(@"\((ARRAY\[[^\[\]]*\])\)")]
    private static partial Regex Array();
}
