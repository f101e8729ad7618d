.class public Ld;
.super Ljava/lang/Object;
