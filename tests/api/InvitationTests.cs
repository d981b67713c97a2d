using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api;

/// <summary>Invitations: their tokens, and who sees them.</summary>
public sealed class InvitationTests(ApiFixture fixture) : ApiTest(fixture)
{
    [Fact]
    public async Task An_invitation_is_created_and_accepted_once()
    {
        var (ana, ben) = (await Fixture.SignUp("ana"), await Fixture.SignUp("ben"));
        var organization = (await ana.Post("/organizations", new { name = "Acme" })).Id;
        var made = (await ana.Post($"/organizations/{organization}/invitations", new { email = ben.Email, roleId = Setup.Member })).Is(201);
        var token = made.Body["token"]!.GetValue<string>();
        Assert.Matches("^[A-Za-z0-9_-]{43}$", token);
        var listed = (await ana.Get($"/organizations/{organization}/invitations")).Is(200);
        Assert.Equal([made.Id], listed.Ids);
        Assert.DoesNotContain(token, listed.Text, StringComparison.Ordinal);
        Assert.Equal(["acceptedAt", "createdAt", "email", "expires", "id", "invitedBy", "roleId"],
            listed.Body["items"]![0]!.AsObject().Select(member => member.Key).Order());

        (await ben.Post("/invitations/accept", new { token })).Is(410, "invitation_invalid");
        await Fixture.Setup.Verify(ben);
        var joined = (await ben.Post("/invitations/accept", new { token })).Is(200);
        Assert.Equal(organization, joined.Body["organizationId"]!.GetValue<Guid>());
        (await ben.Get($"/organizations/{organization}")).Is(200);
        Assert.NotNull((await ana.Get($"/organizations/{organization}/invitations")).Body["items"]![0]!["acceptedAt"]);
        (await ben.Post("/invitations/accept", new { token })).Is(410, "invitation_invalid");
    }

    [Fact]
    public async Task A_token_works_only_for_the_invited_person_while_the_invitation_is_open_and_the_inviter_may()
    {
        var acme = await OrganizationWorld.Make(Fixture);
        var (admin, invited) = (acme["admin"], acme["invited"]);
        await Fixture.Setup.Verify(acme["outsider"]);
        (await acme["outsider"].Post("/invitations/accept", new { token = acme.Token })).Is(410, "invitation_invalid");

        // A second invitation takes the place of the first; a withdrawn one is none.
        var second = await admin.Invite(acme.Id, invited.Email.ToUpperInvariant(), Setup.Member);
        (await invited.Post("/invitations/accept", new { token = acme.Token })).Is(410, "invitation_invalid");
        var open = (await admin.Get($"/organizations/{acme.Id}/invitations")).Body["items"]!.AsArray()
            .Single(invitation => invitation!["acceptedAt"] is null)!["id"]!.GetValue<Guid>();
        (await admin.Delete($"/invitations/{open}")).Is(204);
        (await invited.Post("/invitations/accept", new { token = second })).Is(410, "invitation_invalid");

        // The inviter has lost what the invitation gives.
        var third = await acme["manage_members"].Invite(acme.Id, invited.Email, Setup.Member);
        (await admin.Patch(acme["manage_members"].In(acme.Id), new { roleId = Setup.Member })).Is(204);
        (await invited.Post("/invitations/accept", new { token = third })).Is(410, "invitation_invalid");
        Assert.Null((await invited.Get("/me")).Body["organization"]);
    }

    [Fact]
    public async Task Only_people_who_manage_members_see_invitations()
    {
        var acme = await OrganizationWorld.Make(Fixture);
        foreach (var (who, sees) in new[] { ("admin", true), ("manage_members", true), ("member", false), ("manage_roles", false), ("view_audit", false) })
        {
            Assert.Equal(sees, (await acme[who].Get($"/organizations/{acme.Id}/invitations")).Is(200).Ids.Contains(acme.Invitation));
        }
    }

    [Fact]
    public async Task Open_invitations_go_with_the_account_of_the_inviter()
    {
        var (ana, ben) = (await Fixture.SignUp("ana"), await Fixture.SignUp("ben"));
        var organization = await Fixture.Setup.Found(ana);
        await Fixture.Setup.Admit(ana, ben, await Fixture.Setup.RoleWith(ana, "can_manage_members"));
        await ben.Invite(organization, "cy@example.org", Setup.Member);
        (await ben.Delete("/me")).Is(204);
        Assert.DoesNotContain("cy@example.org", (await ana.Get($"/organizations/{organization}/invitations")).Is(200).Text, StringComparison.Ordinal);
        Assert.Contains("invitation_withdrawn", (await ana.Get($"/organizations/{organization}/audit")).Is(200).Text, StringComparison.Ordinal);
    }
}
