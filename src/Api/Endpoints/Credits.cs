using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using RlsChat.Api.Data;
using RlsChat.Api.Http;
using RlsChat.Api.OpenApi;

namespace RlsChat.Api.Endpoints;

/// <summary>The ledger behind a person's balance.</summary>
internal static class Credits
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/me/credits", Mine).WithName("me.credits")
            .WithSummary("Lists the lines of the signed-in person's credit ledger, newest first.");
        routes.MapPost("/credits/grants", Grant).WithName("credits.grant").Creates()
            .WithSummary("Grants somebody credits.")
            .Raises("forbidden", "not_found");
    }

    /// <summary>A line of the ledger.</summary>
    /// <param name="Id">Its number; later entries have higher ones.</param>
    /// <param name="Amount">Credits, with two decimals: granted above zero, spent below.</param>
    /// <param name="Balance">The balance after it.</param>
    /// <param name="Reason">What for.</param>
    /// <param name="GrantedBy">Who granted it; null when it was spent, or their account was deleted.</param>
    /// <param name="CreatedAt">When.</param>
    internal sealed record CreditEntry(
        long Id, decimal Amount, decimal Balance, string Reason, Guid? GrantedBy, DateTime CreatedAt);

    /// <summary>Credits to give to somebody: above zero, in hundredths, with a reason.</summary>
    internal sealed record NewCreditGrant(
        [Required(ErrorMessage = "must be the id of a person")] Guid? UserId,
        [Required, Credits] decimal? Amount,
        [Required, Name(255)] string? Reason) : IInput;

    /// <summary>A grant that was made.</summary>
    /// <param name="UserId">Who got it.</param>
    /// <param name="Amount">How much.</param>
    /// <param name="Balance">Their balance after it.</param>
    internal sealed record CreditGrant(Guid UserId, decimal Amount, decimal Balance);

    private static async Task<Ok<Page<CreditEntry>>> Mine(PageRequest page, UserDb db)
    {
        var from = page.After ?? Cursor.BeforeNewest;
        var rows = await db.Query<CreditEntry>(
            """
            select "id", "amount", "balance", "reason", "grantedBy", "createdAt"
            from public."CreditEntry"
            where "userId" = $3 and "id" < $1
            order by "id" desc
            limit $2
            """, from.Number, page.Fetch, db.CallerId);
        return TypedResults.Ok(Page<CreditEntry>.Of(rows, page, entry => Cursor.At(entry.Id)));
    }

    private static async Task<Ok<CreditGrant>> Grant(NewCreditGrant grant, UserDb db) =>
        TypedResults.Ok((await db.Create<CreditGrant>(null,
            """
            select $1 as "userId", $2::numeric(20, 2) as "amount", public.grant_credits($1, $2, $3) as "balance"
            """, grant.UserId, grant.Amount, grant.Reason))!);
}
