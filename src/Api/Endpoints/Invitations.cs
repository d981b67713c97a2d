using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using RlsChat.Api.Auth;
using RlsChat.Api.Configuration;
using RlsChat.Api.Data;
using RlsChat.Api.Http;
using RlsChat.Api.Mail;
using RlsChat.Api.OpenApi;
using RlsChat.Api.Text;

namespace RlsChat.Api.Endpoints;

/// <summary>Invitations into an organization: a token that works once.</summary>
internal static class Invitations
{
    private const string Columns = """ "id", "email", "roleId", "invitedBy", "expires", "acceptedAt", "createdAt" """;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/organizations/{id}/invitations", List).WithName("invitations.list")
            .WithSummary("Lists an organization's invitations, newest first.");
        routes.MapPost("/organizations/{id}/invitations", Post).WithName("invitations.create").Creates()
            .WithSummary("Invites somebody into an organization.")
            .Raises("forbidden");
        routes.MapGet("/invitations/{id}", Get).WithName("invitations.get")
            .WithSummary("Reads an invitation.");
        routes.MapDelete("/invitations/{id}", Withdraw).WithName("invitations.delete")
            .WithSummary("Withdraws an invitation.");
        routes.MapPost("/invitations/accept", Accept).WithName("invitations.accept")
            .WithSummary("Accepts an invitation with its token.")
            .Raises("invitation_invalid", "already_in_organization", "operator_conflict");
    }

    /// <summary>An invitation, as holders of can_manage_members see it.</summary>
    /// <param name="Id">Its id.</param>
    /// <param name="Email">The invited address.</param>
    /// <param name="RoleId">The role that the invited person gets.</param>
    /// <param name="InvitedBy">The person who invited.</param>
    /// <param name="Expires">When it expires.</param>
    /// <param name="AcceptedAt">When it was accepted, or null.</param>
    /// <param name="CreatedAt">When it was created.</param>
    internal sealed record Invitation(
        Guid Id, string Email, Guid RoleId, Guid InvitedBy, DateTime Expires, DateTime? AcceptedAt, DateTime CreatedAt);

    /// <summary>The address to invite, and the role. It replaces an open invitation of the same address.</summary>
    internal sealed record NewInvitation(
        [Required, Email] string? Email,
        [Required(ErrorMessage = "must be the id of a role")] Guid? RoleId) : IInput;

    /// <summary>An invitation that has just been made.</summary>
    /// <param name="Id">Its id.</param>
    /// <param name="Email">The invited address.</param>
    /// <param name="RoleId">The role that the invited person gets.</param>
    /// <param name="Token">
    /// The token to accept with. It is shown once, because only its digest is stored: null in the response to a
    /// repeated request.
    /// </param>
    internal sealed record MadeInvitation(Guid Id, string Email, Guid RoleId, string? Token);

    /// <summary>The token of an invitation.</summary>
    /// <param name="Token">The token, from the mail or from the person who invited.</param>
    internal sealed record InvitationAcceptance([Required, Text(1, 255)] string? Token) : IInput;

    /// <summary>The organization that was joined.</summary>
    /// <param name="OrganizationId">Its id.</param>
    internal sealed record JoinedOrganization(Guid OrganizationId);

    private static async Task<Results<Ok<Page<Invitation>>, NotFound>> List(Id id, PageRequest page, UserDb db)
    {
        var from = page.After ?? Cursor.BeforeNewest;
        var rows = await db.QueryChildren<Invitation>("Organization",
            $"""
            select {Columns}
            from public."Invitation"
            where "organizationId" = $1 and ("createdAt", "id") < ($2, $3)
              and (select true from public."Organization" where "id" = $1)
            order by "createdAt" desc, "id" desc
            limit $4
            """, id, from.CreatedAt, from.Id, page.Fetch);
        return rows is null
            ? TypedResults.NotFound()
            : TypedResults.Ok(Page<Invitation>.Of(rows, page, invitation => new Cursor(invitation.CreatedAt, invitation.Id)));
    }

    /// <summary>The token is mailed to the invited address if mail is configured.</summary>
    private static async Task<Results<Created<MadeInvitation>, NotFound>> Post(
        Id id, NewInvitation invitation, UserDb db, PostOffice post, Settings settings)
    {
        var token = Secret.New();
        if (await db.Create<Guid?>("Invitation",
            """
            select public.invite_member($2, $3, $4)
            from public."Organization"
            where "id" = $1
            """, id, invitation.Email, invitation.RoleId, Secret.Digest(token)) is not { } made)
        {
            return TypedResults.NotFound();
        }

        if (settings.SignIn.Mail is not null && !db.IsReplay)
        {
            post.Take(invitation.Email!, () => Task.FromResult<Letter?>(Letter.ToInvite(token, settings)));
        }

        return TypedResults.Created($"/invitations/{made}",
            new MadeInvitation(made, Nfc.Of(invitation.Email!), invitation.RoleId!.Value, db.IsReplay ? null : token));
    }

    private static async Task<Results<Ok<Invitation>, NotFound>> Get(Id id, UserDb db) =>
        await db.QuerySingleOrDefault<Invitation>(
            $"""
            select {Columns}
            from public."Invitation"
            where "id" = $1
            """, id) is { } invitation
            ? TypedResults.Ok(invitation)
            : TypedResults.NotFound();

    /// <summary>Everybody who can read an invitation may withdraw it, so there is no 403.</summary>
    private static async Task<Results<NoContent, NotFound>> Withdraw(Id id, UserDb db) =>
        await db.Execute("""delete from public."Invitation" where "id" = $1""", id) == 1
            ? TypedResults.NoContent()
            : TypedResults.NotFound();

    private static async Task<Ok<JoinedOrganization>> Accept(InvitationAcceptance acceptance, UserDb db) =>
        TypedResults.Ok(new JoinedOrganization(
            await db.QuerySingleOrDefault<Guid>("select public.accept_invitation($1)", acceptance.Token)));
}
