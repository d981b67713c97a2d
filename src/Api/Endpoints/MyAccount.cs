using System.Buffers.Binary;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using RlsChat.Api.Auth;
using RlsChat.Api.Data;
using RlsChat.Api.Http;
using RlsChat.Api.OpenApi;

namespace RlsChat.Api.Endpoints;

/// <summary>The signed-in person's sessions, linked accounts and password, and the deletion of their account.</summary>
internal static class MyAccount
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var me = routes.MapGroup("/me");
        me.MapDelete("", Delete).WithName("me.delete")
            .WithSummary("Deletes the signed-in person's account.")
            .Raises("last_administrator");
        me.MapPost("/password", ChangePassword).WithName("me.password")
            .WithSummary("Changes the signed-in person's password.")
            .RequireRateLimiting(Limits.Guessable);
        me.MapGet("/sessions", ListSessions).WithName("me.sessions.list")
            .WithSummary("Lists the signed-in person's sessions, latest end first.");
        me.MapDelete("/sessions/{id}", EndSession).WithName("me.sessions.delete")
            .WithSummary("Ends one of the signed-in person's sessions.");
        me.MapGet("/accounts", ListAccounts).WithName("me.accounts.list")
            .WithSummary("Lists the accounts elsewhere that sign the person in here.");
        me.MapDelete("/accounts/{provider}/{id}", Unlink).WithName("me.accounts.delete")
            .WithSummary("Unlinks an account elsewhere.")
            .Raises("last_way_in");
    }

    /// <summary>A sign-in that goes on, in however many tabs.</summary>
    /// <param name="Id">Its number, which stays the same.</param>
    /// <param name="CreatedAt">When it was created.</param>
    /// <param name="LastUsed">When it began or was last refreshed: with access tokens of 15 minutes, when it was used, within that time.</param>
    /// <param name="Client">What it was last refreshed with: the beginning of the User-Agent header, or null.</param>
    /// <param name="Expires">When it ends unless it is refreshed before.</param>
    /// <param name="Current">Whether this request belongs to it.</param>
    internal sealed record Session(
        int Id, DateTime CreatedAt, DateTime LastUsed, string? Client, DateTime Expires, bool Current);

    /// <summary>An account elsewhere that signs one in here.</summary>
    /// <param name="Provider">Where: <c>github</c>.</param>
    /// <param name="Id">Its id there, which never changes.</param>
    /// <param name="Type"><c>oauth</c>.</param>
    /// <param name="Scope">What this API may ask there, or null.</param>
    internal sealed record LinkedAccount(string Provider, string Id, string Type, string? Scope);

    private sealed record AccountRow(Guid Key, string Provider, string Id, string Type, string? Scope);

    /// <summary>A new password.</summary>
    /// <param name="OldPassword">The current one; left out if there is none.</param>
    /// <param name="NewPassword">The new one.</param>
    internal sealed record PasswordChange(
        [KnownPassword] string? OldPassword, [Required, NewPassword] string? NewPassword) : IInput;

    private static async Task<Results<NoContent, UnauthorizedHttpResult>> Delete(UserDb db) =>
        await db.QuerySingleOrDefault<bool>("""select public.delete_account()""")
            ? TypedResults.NoContent()
            : TypedResults.Unauthorized();

    /// <summary>Hashing is slow on purpose, so it happens between two calls and in no transaction.</summary>
    private static async Task<Results<NoContent, UnauthorizedHttpResult>> ChangePassword(
        PasswordChange change, ClaimsPrincipal user, Passwords passwords, SignInDb signIn)
    {
        var caller = Caller.From(user);
        if (caller.Uid is null)
        {
            return TypedResults.Unauthorized();
        }

        var own = signIn.As(caller);
        var hash = await own.Call<string>("""select auth.own_password_hash()""");
        var right = hash is null
            ? change.OldPassword is null
            : change.OldPassword is { } old && passwords.Verify(hash, old) != PasswordVerificationResult.Failed;
        return right && await own.Call<bool>("""select auth.change_password($1, $2)""", hash, passwords.Hash(change.NewPassword!))
            ? TypedResults.NoContent()
            : throw new InvalidInputException("oldPassword", "must be the password until now");
    }

    private static async Task<Ok<Page<Session>>> ListSessions(PageRequest page, UserDb db)
    {
        var from = page.After ?? Cursor.BeforeNewest;
        var rows = await db.Query<Session>(
            """
            select "id", "createdAt", "lastUsed", "client", "expires",
              "id" is not distinct from (select auth.session_id()) as "current"
            from public.sessions
            where "expires" > now() at time zone 'utc' and ("expires", "id") < ($1, $2)
            order by "expires" desc, "id" desc
            limit $3
            """, from.CreatedAt, Number(from.Id), page.Fetch);
        return TypedResults.Ok(Page<Session>.Of(rows, page, session => new Cursor(session.Expires, Place(session.Id))));
    }

    private static async Task<Results<NoContent, NotFound>> EndSession(
        [Description("The session's number."), Range(0, int.MaxValue)] string id, UserDb db) =>
        await db.Execute("""delete from public.sessions where "id" = $1""", SessionId(id)) == 1
            ? TypedResults.NoContent()
            : TypedResults.NotFound();

    /// <summary>In the order of a hash, which fits the cursor.</summary>
    private static async Task<Ok<Page<LinkedAccount>>> ListAccounts(PageRequest page, UserDb db)
    {
        var rows = await db.Query<AccountRow>(
            """
            select k."key", a."provider", a."providerAccountId" as "id", a."type", a."scope"
            from public.accounts a
            cross join lateral (select md5(a."provider" || '/' || a."providerAccountId")::uuid as "key") k
            where $1 or k."key" > $2
            order by k."key"
            limit $3
            """, page.After is null, page.After?.Id ?? Guid.Empty, page.Fetch);
        var shown = Page<AccountRow>.Of(rows, page, row => new Cursor(DateTime.UnixEpoch, row.Key));
        return TypedResults.Ok(new Page<LinkedAccount>(
            [.. shown.Items.Select(row => new LinkedAccount(row.Provider, row.Id, row.Type, row.Scope))], shown.NextCursor));
    }

    private static async Task<Results<NoContent, NotFound>> Unlink(
        [Description("Where the account is: `github`.")] string provider, [Description("The account's id there.")] string id, UserDb db) =>
        await db.Execute(
            """delete from public.accounts where "provider" = $1 and "providerAccountId" = $2""", provider, id) == 1
            ? TypedResults.NoContent()
            : TypedResults.NotFound();

    private static int SessionId(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? id
            : throw new InvalidInputException("id", "must be a whole number");

    /// <summary>A session's number as a place in a list, and back.</summary>
    private static Guid Place(int id) => new(id, 0, 0, new byte[8]);

    private static int Number(Guid place) => BinaryPrimitives.ReadInt32BigEndian(place.ToByteArray(bigEndian: true)) switch
    {
        < 0 => int.MaxValue,
        var id => id,
    };
}
