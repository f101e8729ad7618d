.class public Ljp/example/mihon/Optional;
.super Ljava/lang/Object;
.source "Optional.java"
.method public use(Lcom/mihonads/sdk/Banner;)V
    .registers 2
    invoke-virtual {p1}, Lcom/mihonads/sdk/Banner;->show()V
    return-void
.end method
