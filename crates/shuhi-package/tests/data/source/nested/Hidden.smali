.class public Ljp/example/kakushi/Hidden;
.super Ljava/lang/Object;
.source "Hidden.java"
.method public where()V
    .registers 2
    const-string v0, "https://hidden.kakushi.example.jp/"
    return-void
.end method
