using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api.Attacks;

/// <summary>Ben, who administers Acme, and a row of his in every table that people fill.</summary>
internal sealed class Victim
{
    public required Person Person { get; init; }
    public required Person Colleague { get; init; }

    /// <summary>A former member of Acme, a person who is invited there, and an operator.</summary>
    public required Person Gone { get; init; }
    public required Person Invited { get; init; }
    public required Person Operator { get; init; }
    public required Guid Organization { get; init; }
    public required Resources Resources { get; init; }
    public Guid Chat { get; private set; }
    public Guid Message { get; private set; }
    public Guid Document { get; private set; }
    public Guid Suggestion { get; private set; }
    public Guid Stream { get; private set; }
    public Guid Role { get; private set; }
    public Guid Invitation { get; private set; }

    public static async Task<Victim> Of(BreachedApi api)
    {
        var (ben, cleo, setup) = (await api.SignUp("ben"), await api.SignUp("cleo"), api.Setup);
        var resources = new Resources(await Contract.At(api.Address), ben);
        var (gone, dora, bank) = (await api.SignUp("gone"), await api.SignUp("dora"), await api.SignUp("bank"));
        var victim = new Victim { Person = ben, Colleague = cleo, Gone = gone, Invited = dora, Operator = bank, Organization = await setup.Found(ben, BreachedApi.Mark), Resources = resources };
        await setup.Admit(ben, cleo);
        await setup.Admit(ben, gone);
        await setup.As<bool>(gone, "select public.leave_organization()");
        await setup.Verify(dora);
        var organizationId = victim.Organization;
        victim.Chat = await ben.Begin(BreachedApi.Mark);
        victim.Message = await ben.Say(victim.Chat, BreachedApi.Mark);
        (await ben.Put($"/messages/{victim.Message}/vote", new { value = "up" })).Is(200);
        var shared = await ben.Begin(BreachedApi.Mark, organizationId: organizationId);
        await cleo.Say(shared, BreachedApi.Mark);
        victim.Document = (await ben.Post("/documents", new { title = BreachedApi.Mark, content = BreachedApi.Mark, organizationId })).Is(201).Id;
        victim.Suggestion = (await ben.Post($"/documents/{victim.Document}/suggestions",
            new { originalText = BreachedApi.Mark, suggestedText = BreachedApi.Mark, description = BreachedApi.Mark })).Is(201).Id;
        victim.Stream = (await ben.Post($"/chats/{victim.Chat}/streams", new { })).Is(201).Id;
        (await ben.Post($"/streams/{victim.Stream}/chunks", new { index = 0, data = BreachedApi.Mark })).Is(200);
        victim.Role = (await ben.Post($"/organizations/{organizationId}/roles",
            new { name = BreachedApi.Mark, permissions = new[] { "can_view_audit" } })).Is(201).Id;
        victim.Invitation = (await ben.Post($"/organizations/{organizationId}/invitations",
            new { email = dora.Email, roleId = victim.Role })).Is(201).Id;
        resources["chats"] = [victim.Chat];
        resources["messages"] = [victim.Message];
        resources["documents"] = [victim.Document];
        resources["suggestions"] = [victim.Suggestion];
        resources["streams"] = [victim.Stream];
        resources["roles"] = [victim.Role];
        resources["invitations"] = [victim.Invitation];
        resources["organizations"] = [organizationId];
        resources["members"] = [cleo.Id];
        await resources.MakeOthers();
        await setup.MakeOperator(bank);
        await setup.As<decimal>(bank, "select public.grant_credits($1, 10, $2)", ben.Id, BreachedApi.Mark);
        return victim;
    }
}
