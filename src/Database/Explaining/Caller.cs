using System.Buffers.Text;
using System.Text.Json;
using Npgsql;

namespace RlsChat.Database.Explaining;

/// <summary>Why the database believes who the caller is, or does not.</summary>
public enum SessionState
{
    /// <summary>Nobody, so nothing needs to be proved.</summary>
    None,

    /// <summary>Taken on trust, without a session: the login is a member of identity_setter.</summary>
    Believed,

    /// <summary>The token's session is live.</summary>
    Live,

    /// <summary>The token's session has ended: the person is nobody.</summary>
    Ended,
}

/// <summary>A person whose rights are explained: the role and the identity of their statements.</summary>
/// <param name="Name">How the person is called in the output.</param>
/// <param name="Role">The database role of their requests.</param>
/// <param name="Uid">Their id; null for nobody.</param>
/// <param name="State">Why they are believed.</param>
/// <param name="Session">The secret of their session, if there is one.</param>
/// <param name="Ended">How the session ended.</param>
public sealed record Caller(string Name, string Role, Guid? Uid, SessionState State, string? Session = null, string? Ended = null)
{
    /// <summary>A request without a token.</summary>
    public static readonly Caller Anonymous = new("anonymous", "anonymous", null, SessionState.None);

    /// <summary>The id of a person who cannot sign in, and of that person's rows, which a migration makes.</summary>
    public const string Canary = "00000000-0000-4000-8000-00000000ca7a";

    /// <summary>A person, taken on trust.</summary>
    public static Caller Of(string name, Guid uid) => new(name, "regular_user", uid, SessionState.Believed);

    /// <summary>The person that an access token claims, or null if it is none.</summary>
    public static Guid? Claimed(string token)
    {
        try
        {
            return Claims(token).Uid;
        }
        catch (SetupException)
        {
            return null;
        }
    }

    /// <summary>The person and the session of an access token. Its signature is not checked.</summary>
    /// <exception cref="SetupException">It is no access token of this system.</exception>
    public static async Task<Caller> OfToken(NpgsqlConnection connection, string token)
    {
        var (uid, secret, expires) = Claims(token);
        await connection.Execute("set role rlschat_backup");
        var state = await connection.Scalar<string>(
            """
            select case
              when s."revoked" is not null then 'it was revoked'
              when s."expires" <= now() at time zone 'utc' then 'it expired'
              else '' end
            from public.sessions s
            where s."userId" = $1 and s."secretDigest" = sha256(convert_to($2, 'UTF8'))
            """, uid, secret);
        await connection.Execute("reset role");
        var ended = state switch
        {
            "" when expires < DateTimeOffset.UtcNow => "the token expired, its session is live",
            "" => null,
            null => "no session of this person has the token's secret: they signed out, or the token was refreshed",
            _ => state,
        };
        return ended is null
            ? new Caller("the token's person", "regular_user", uid, SessionState.Live, secret)
            : new Caller("the token's person", "regular_user", null, SessionState.Ended, null, ended);
    }

    private static (Guid Uid, string Secret, DateTimeOffset Expires) Claims(string token)
    {
        try
        {
            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]));
            var root = claims.RootElement;
            return (root.GetProperty("sub").GetGuid(), root.GetProperty("ses").GetString() ?? "",
                DateTimeOffset.FromUnixTimeSeconds(root.GetProperty("exp").GetInt64()));
        }
        catch (Exception e) when (e is FormatException or JsonException or KeyNotFoundException or IndexOutOfRangeException
            or InvalidOperationException or ArgumentOutOfRangeException)
        {
            throw new SetupException("The token is not an access token of this API.", e);
        }
    }
}
